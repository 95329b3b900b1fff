mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name                           = "tools"
  environment                    = "prod"
  service                        = "worker"
  filename                       = "worker.zip"
  reserved_concurrent_executions = 20
  kms_key_arn                    = "arn:aws:kms:us-east-1:123456789012:key/data"
  dead_letter_target_arn         = "arn:aws:sqs:us-east-1:123456789012:tools-prod-worker-dlq"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.function_name == "tools-prod-worker" && aws_lambda_function.this.runtime == "provided.al2023" && aws_lambda_function.this.handler == "bootstrap"
    error_message = "A zip does not run as a custom runtime under its name."
  }

  assert {
    condition     = output.alias_arn == "arn:aws:lambda:us-east-1:123456789012:function:tools-prod-worker:live" && output.role_arn == "arn:aws:iam::123456789012:role/tools-prod-worker"
    error_message = "The ARNs are not those of the function's alias and role."
  }

  assert {
    condition     = aws_iam_role.this.tags.Service == "worker" && aws_iam_role.this.tags.CostCenter == "mcp"
    error_message = "The tags for the bill are missing."
  }
}

run "r04_failed_invocations_are_kept" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.this.dead_letter_config) == 1
    error_message = "The function has no dead-letter target."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.destination_config[0].on_failure[0].destination == var.dead_letter_target_arn
    error_message = "Failed invocations through the alias go nowhere."
  }

  assert {
    condition = length([
      for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s
      if s.Action == ["sqs:SendMessage"] && s.Resource == [var.dead_letter_target_arn]
    ]) == 1
    error_message = "The function may not send to its dead-letter queue."
  }
}

run "r04_refuses_prod_without_dead_letter_target" {
  command = plan

  variables {
    dead_letter_target_arn = null
  }

  expect_failures = [var.dead_letter_target_arn]
}

run "r19_encrypts_environment_variables" {
  command = plan

  variables {
    environment_variables = { RUST_LOG = "info" }
    secret_arns           = { GITHUB_TOKEN_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:github" }
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == var.kms_key_arn && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "Environment variables or logs are not encrypted with the key."
  }

  assert {
    condition     = keys(aws_lambda_function.this.environment[0].variables) == tolist(["GITHUB_TOKEN_ARN", "RUST_LOG"])
    error_message = "The function does not see its settings."
  }

  assert {
    condition = length([
      for s in jsondecode(aws_iam_role_policy.keys_and_secrets.policy).Statement : s
      if s.Action == ["secretsmanager:GetSecretValue"] && s.Resource == ["arn:aws:secretsmanager:us-east-1:123456789012:secret:github"]
    ]) == 1
    error_message = "The function may not read exactly its secrets."
  }
}

run "r19_refuses_no_key" {
  command = plan

  variables {
    kms_key_arn     = ""
    log_kms_key_arn = "key/logs"
  }

  expect_failures = [var.kms_key_arn, var.log_kms_key_arn]
}

run "uses_keys_through_services_only" {
  command = plan

  variables {
    data_kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/table"]
  }

  assert {
    condition = {
      for s in jsondecode(aws_iam_role_policy.keys_and_secrets.policy).Statement : s.Sid => s.Resource if contains(s.Condition.StringEquals["kms:ViaService"], "sqs.us-east-1.amazonaws.com")
      } == {
      DataKeys = ["arn:aws:kms:us-east-1:123456789012:key/table"]
      OwnKeys  = ["arn:aws:kms:us-east-1:123456789012:key/data"]
    }
    error_message = "The function may use other keys, or by itself."
  }
}

run "r20_function_url_needs_iam" {
  command = plan

  variables {
    enable_function_url = true
  }

  assert {
    condition     = aws_lambda_function_url.this[0].authorization_type == "AWS_IAM" && aws_lambda_function_url.this[0].qualifier == "live"
    error_message = "The function URL is open, or leads past the alias."
  }
}

run "r20_refuses_an_open_function_url" {
  command = plan

  variables {
    environment            = "staging"
    enable_function_url    = true
    function_url_auth_type = "NONE"
  }

  expect_failures = [var.function_url_auth_type]
}

run "r22_keeps_instances_of_the_alias_warm" {
  command = plan

  variables {
    provisioned_concurrency = 2
  }

  assert {
    condition     = length(aws_lambda_provisioned_concurrency_config.this) == 1 && aws_lambda_provisioned_concurrency_config.this[0].qualifier == "live"
    error_message = "No instances of the alias are kept warm."
  }
}

run "r22_refuses_more_warm_than_reserved" {
  command = plan

  variables {
    provisioned_concurrency = 21
  }

  expect_failures = [var.provisioned_concurrency]
}

run "r24_publishes_behind_an_alias" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.name == "live"
    error_message = "Callers would reach $LATEST."
  }

  assert {
    condition     = endswith(output.alias_invoke_arn, ":function:tools-prod-worker:live/invocations")
    error_message = "Integrations would call $LATEST."
  }
}

run "r33_insights_measure_memory" {
  command = plan

  variables {
    enable_insights    = true
    insights_layer_arn = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:20"
  }

  assert {
    condition     = aws_lambda_function.this.layers == tolist(["arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:20"])
    error_message = "The function lacks the extension that measures."
  }

  assert {
    condition     = contains([for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Sid], "Insights")
    error_message = "The extension may not write its measurements."
  }
}

run "r33_refuses_insights_without_layer" {
  command = plan

  variables {
    enable_insights = true
  }

  expect_failures = [var.insights_layer_arn]
}

run "r41_arm64" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.architectures == tolist(["arm64"])
    error_message = "The function does not run on arm64."
  }
}

run "r46_canary" {
  command = plan

  variables {
    alias_version  = "7"
    canary_version = "8"
    canary_weight  = 0.1
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == "7" && aws_lambda_alias.live.routing_config[0].additional_version_weights == tomap({ "8" = 0.1 })
    error_message = "The new version does not get its share."
  }
}

run "r46_refuses_canaries" {
  command = plan

  variables {
    alias_version  = "$LATEST"
    canary_version = "new"
  }

  expect_failures = [var.alias_version, var.canary_version]
}

run "r46_refuses_most_of_the_invocations" {
  command = plan

  variables {
    canary_version = "8"
    canary_weight  = 0.6
  }

  expect_failures = [var.canary_weight]
}

run "r46_refuses_weight_without_version" {
  command = plan

  variables {
    canary_weight = 0.1
  }

  expect_failures = [var.canary_weight]
}

run "r47_keeps_logs_for_a_year" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 365 && aws_cloudwatch_log_group.this.name == "/aws/lambda/tools-prod-worker"
    error_message = "Logs are not kept for a year."
  }
}

run "r47_refuses_short_retention" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}

run "r57_traces" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active"
    error_message = "Invocations are not traced."
  }
}

run "r57_refuses_prod_without_traces" {
  command = plan

  variables {
    enable_xray_tracing = false
  }

  expect_failures = [var.enable_xray_tracing]
}

run "r65_images" {
  command = plan

  variables {
    package_type = "Image"
    filename     = null
    image_uri    = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tools@sha256:0123456789012345678901234567890123456789012345678901234567890123"
  }

  assert {
    condition     = aws_lambda_function.this.package_type == "Image" && aws_lambda_function.this.runtime == null && aws_lambda_function.this.handler == null
    error_message = "The image is not deployed as one."
  }
}

run "r65_refuses_images_by_tag" {
  command = plan

  variables {
    package_type = "Image"
    filename     = null
    image_uri    = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tools:v1"
  }

  expect_failures = [var.image_uri]
}

run "r55_in_the_vpc" {
  command = plan

  variables {
    vpc_subnet_ids         = ["subnet-a", "subnet-b"]
    vpc_security_group_ids = ["sg-a"]
  }

  assert {
    condition     = length(aws_lambda_function.this.vpc_config[0].subnet_ids) == 2
    error_message = "The function is not in the subnets."
  }

  assert {
    condition = length([
      for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s
      if s.Effect == "Deny" && contains(s.Action, "ec2:CreateNetworkInterface")
    ]) == 1
    error_message = "The code of the function could attach network interfaces."
  }
}

run "r55_refuses_one_zone" {
  command = plan

  variables {
    vpc_subnet_ids         = ["subnet-a"]
    vpc_security_group_ids = ["sg-a"]
  }

  expect_failures = [var.vpc_subnet_ids]
}

run "r55_refuses_subnets_without_group" {
  command = plan

  variables {
    vpc_subnet_ids = ["subnet-a", "subnet-b"]
  }

  expect_failures = [var.vpc_security_group_ids]
}

run "r16_names_every_resource" {
  command = plan

  variables {
    vpc_subnet_ids         = ["subnet-a", "subnet-b"]
    vpc_security_group_ids = ["sg-a"]
    policy_statements = [{
      sid        = "Mail"
      actions    = ["ses:SendEmail"]
      resources  = ["arn:aws:ses:us-east-1:123456789012:identity/example.com"]
      conditions = { StringEquals = { "ses:FromAddress" = ["alerts@example.com"] } }
    }]
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.this.policy).Statement :
      !contains(s.Resource, "*") || alltrue([for action in s.Action : can(regex("^(ec2:DescribeNetworkInterfaces|xray:Put.*)$", action))])
      if s.Effect == "Allow"
    ])
    error_message = "A statement applies to every resource."
  }

  assert {
    condition = one([
      for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Condition.StringEquals["ses:FromAddress"] if s.Sid == "Mail"
    ]) == ["alerts@example.com"]
    error_message = "The condition of a statement is lost."
  }
}

run "r16_refuses_wildcard_actions" {
  command = plan

  variables {
    policy_statements = [{ sid = "All", actions = ["s3:*"], resources = ["arn:aws:s3:::reports/*"] }]
  }

  expect_failures = [var.policy_statements]
}

run "r16_refuses_wildcard_resources" {
  command = plan

  variables {
    policy_statements = [{ sid = "All", actions = ["s3:GetObject"], resources = ["*"] }]
  }

  expect_failures = [var.policy_statements]
}

run "r16_refuses_empty_statements" {
  command = plan

  variables {
    policy_statements = [{ sid = "None", actions = [], resources = ["arn:aws:s3:::reports/*"] }]
  }

  expect_failures = [var.policy_statements]
}

run "consumes_a_queue" {
  command = plan

  variables {
    timeout = 300
    event_source = {
      queue_arn                  = "arn:aws:sqs:us-east-1:123456789012:tools-prod-queue"
      visibility_timeout_seconds = 300
      max_concurrency            = 20
    }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this[0].function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.this[0].batch_size == 1
    error_message = "One failed message would take its batch along."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this[0].scaling_config[0].maximum_concurrency == 20 && endswith(aws_lambda_event_source_mapping.this[0].function_name, ":live")
    error_message = "The queue does not feed the alias within its limit."
  }

  assert {
    condition = one([
      for s in jsondecode(aws_iam_role_policy.this.policy).Statement : s.Resource if s.Sid == "EventSource"
    ]) == ["arn:aws:sqs:us-east-1:123456789012:tools-prod-queue"]
    error_message = "The function may not consume exactly its queue."
  }
}

run "refuses_short_visibility" {
  command = plan

  variables {
    timeout = 301
    event_source = {
      queue_arn                  = "arn:aws:sqs:us-east-1:123456789012:tools-prod-queue"
      visibility_timeout_seconds = 300
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_large_batches_without_window" {
  command = plan

  variables {
    event_source = {
      queue_arn                  = "arn:aws:sqs:us-east-1:123456789012:tools-prod-queue"
      visibility_timeout_seconds = 60
      batch_size                 = 100
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_pollers_beyond_the_reserve" {
  command = plan

  variables {
    event_source = {
      queue_arn                  = "arn:aws:sqs:us-east-1:123456789012:tools-prod-queue"
      visibility_timeout_seconds = 60
      max_concurrency            = 50
    }
  }

  expect_failures = [var.event_source]
}

run "refuses_prod_without_reserve" {
  command = plan

  variables {
    reserved_concurrent_executions = -1
  }

  expect_failures = [var.reserved_concurrent_executions]
}

run "x10_refuses_secrets_in_plain_sight" {
  command = plan

  variables {
    environment_variables = { GITHUB_TOKEN = "value" }
  }

  expect_failures = [var.environment_variables]
}

run "x10_refuses_secrets_for_arns" {
  command = plan

  variables {
    secret_arns = { GITHUB_TOKEN = "value" }
  }

  expect_failures = [var.secret_arns]
}

run "refuses_names" {
  command = plan

  variables {
    name        = "Tools"
    environment = "test"
    cost_center = ""
    alias_name  = "$LATEST"
    tags        = { Service = "other" }
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.alias_name, var.tags]
}

run "refuses_services" {
  command = plan

  variables {
    service = "Worker"
  }

  expect_failures = [var.service]
}

run "refuses_sizes" {
  command = plan

  variables {
    memory_size            = 64
    timeout                = 901
    ephemeral_storage_mb   = 100
    architectures          = ["arm64", "x86_64"]
    runtime                = "provided.al2"
    handler                = ""
    maximum_retry_attempts = 3
  }

  expect_failures = [
    var.memory_size, var.timeout, var.ephemeral_storage_mb, var.architectures, var.runtime, var.handler, var.maximum_retry_attempts,
  ]
}

run "refuses_two_packages" {
  command = plan

  variables {
    s3_object = { bucket = "artifacts", key = "worker.zip" }
  }

  expect_failures = [var.s3_object]
}

run "refuses_malformed_arns" {
  command = plan

  variables {
    data_kms_key_arns        = ["key/table"]
    dead_letter_kms_key_arn  = "key/dlq"
    permissions_boundary_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
  }

  expect_failures = [var.data_kms_key_arns, var.dead_letter_kms_key_arn, var.permissions_boundary_arn]
}

run "refuses_package_types" {
  command = plan

  variables {
    package_type = "Container"
  }

  expect_failures = [var.package_type]
}
