mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  environment   = "prod"
  artifacts_dir = "tests"
  container_images = {
    test-orchestrator = "111122223333.dkr.ecr.us-east-1.amazonaws.com/mcp-audit/test-orchestrator@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    progress-fanout   = "registry.example/progress-fanout@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
  container_counts          = { test-orchestrator = { min = 2, max = 10 }, progress-fanout = { min = 2, max = 6 } }
  reserved_concurrency      = { api = 100, scan-worker = 20, report-generator = 10, alert-sender = 10, metering-aggregator = 5 }
  insights_layer_arn        = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:20"
  websocket_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/ws"
  access_logs_bucket        = "mcp-audit-prod-access-logs"
  kms_key_arns = {
    data      = "arn:aws:kms:us-east-1:111122223333:key/data"
    messaging = "arn:aws:kms:us-east-1:111122223333:key/messaging"
    logs      = "arn:aws:kms:us-east-1:111122223333:key/logs"
    secrets   = "arn:aws:kms:us-east-1:111122223333:key/secrets"
  }
  queues = {
    for queue in ["scan", "test", "report", "alert", "metering"] : queue => {
      arn                    = "arn:aws:sqs:us-east-1:111122223333:mcp-audit-prod-${queue}-queue"
      url                    = "https://sqs.us-east-1.amazonaws.com/111122223333/mcp-audit-prod-${queue}-queue"
      name                   = "mcp-audit-prod-${queue}-queue"
      dead_letter_queue_arn  = "arn:aws:sqs:us-east-1:111122223333:mcp-audit-prod-${queue}-queue-dlq"
      dead_letter_queue_name = "mcp-audit-prod-${queue}-queue-dlq"
    }
  }
  topic_arn = "arn:aws:sns:us-east-1:111122223333:mcp-audit-prod-events"
  mail = {
    identity_arn          = "arn:aws:ses:us-east-1:111122223333:identity/mcp-audit.example"
    configuration_set_arn = "arn:aws:ses:us-east-1:111122223333:configuration-set/mcp-audit-prod-mail"
    sender                = "alerts@mcp-audit.example"
  }
  table   = { name = "mcp-audit-prod", arn = "arn:aws:dynamodb:us-east-1:111122223333:table/mcp-audit-prod" }
  buckets = { for bucket in ["reports", "manifests", "exports"] : bucket => { name = "mcp-audit-prod-${bucket}", arn = "arn:aws:s3:::mcp-audit-prod-${bucket}" } }
  identity = {
    user_pool_id  = "us-east-1_pool"
    user_pool_arn = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_pool"
    app_client_id = "client"
    issuer        = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"
    jwks_url      = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool/.well-known/jwks.json"
  }
  network = {
    vpc_id                   = "vpc-1"
    private_subnet_ids       = ["subnet-1", "subnet-2"]
    isolated_subnet_ids      = ["subnet-3", "subnet-4"]
    worker_security_group    = "sg-worker"
    balancer_security_group  = "sg-balancer"
    websocket_security_group = "sg-websocket"
  }
  redis_secret    = { arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:mcp-audit-prod/redis-url-AbCdEf", name = "mcp-audit-prod/redis-url" }
  public_url      = "https://app.example"
  progress_url    = "wss://app.example/ws"
  allowed_origins = ["https://app.example"]
}

run "the_functions_are_those_of_the_platform_table" {
  command = plan

  assert {
    condition = { for service, function in output.functions : service => [function.name, function.memory_mb, function.timeout_seconds] } == {
      api                 = ["mcp-audit-prod-api", 512, 29]
      scan-worker         = ["mcp-audit-prod-scan-worker", 512, 300]
      report-generator    = ["mcp-audit-prod-report-generator", 1024, 120]
      alert-sender        = ["mcp-audit-prod-alert-sender", 256, 25]
      metering-aggregator = ["mcp-audit-prod-metering-aggregator", 256, 60]
    }
    error_message = "Memory or timeouts differ from the platform table."
  }

  assert {
    condition = { for service, source in local.event_sources : service => [source.queue_arn, source.batch_size, source.batch_window_seconds, source.max_concurrency] if source != null } == {
      scan-worker         = ["arn:aws:sqs:us-east-1:111122223333:mcp-audit-prod-scan-queue", 1, 0, 20]
      report-generator    = ["arn:aws:sqs:us-east-1:111122223333:mcp-audit-prod-report-queue", 1, 0, null]
      alert-sender        = ["arn:aws:sqs:us-east-1:111122223333:mcp-audit-prod-alert-queue", 1, 0, null]
      metering-aggregator = ["arn:aws:sqs:us-east-1:111122223333:mcp-audit-prod-metering-queue", 100, 30, null]
    }
    error_message = "Queues, batches or concurrency of the workers differ from the platform table."
  }

  assert {
    condition     = { for service, inside in local.in_network : service => inside } == { api = true, scan-worker = true, report-generator = false, alert-sender = false, metering-aggregator = false }
    error_message = "Only what needs Redis is in the network."
  }
}

run "r59_every_role_has_the_boundary" {
  command = plan

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.task), values(aws_iam_role.execution)) : role.permissions_boundary == "arn:aws:iam::111122223333:policy/mcp-audit-prod-service"])
    error_message = "Roles of services must have the boundary mcp-audit-prod-service."
  }

  assert {
    condition     = contains(flatten([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Action if statement.Effect == "Deny"]), "iam:*")
    error_message = "The boundary must deny iam:*."
  }

  assert {
    condition     = length(aws_iam_policy.boundary.policy) <= 6144
    error_message = "AWS takes policies of up to 6144 characters."
  }

  # Each right of the matrix lies within the boundary, or it would be granted in vain.
  assert {
    condition = alltrue([
      for service, statements in local.statements : alltrue([
        for statement in statements : alltrue([
          for action in statement.actions : anytrue([
            for outer in jsondecode(aws_iam_policy.boundary.policy).Statement :
            outer.Effect == "Allow" && contains(flatten([outer.Action]), action) && length(setsubtract(statement.resources, flatten([outer.Resource]))) == 0
          ])
        ])
      ])
    ])
    error_message = "The boundary forbids what the matrix grants."
  }
}

run "the_matrix_fits_the_topology" {
  command = plan

  assert {
    condition     = keys(local.matrix) == keys(local.services)
    error_message = "infra/policy/iam-matrix.json must name exactly the services of infra/topology.json."
  }

  assert {
    condition = alltrue([
      for service, facts in local.services :
      toset(flatten([for statement in local.statements[service] : [for resource in statement.resources : resource if !endswith(resource, "-dlq")] if contains(statement.actions, "sqs:SendMessage")])) == toset([for queue in facts.sends_to : var.queues[queue].arn])
    ])
    error_message = "A service may send to the queues that infra/topology.json says, and to no other."
  }

  assert {
    condition = alltrue([
      for service, facts in local.services :
      toset(flatten([for statement in local.statements[service] : statement.resources if contains(statement.actions, "sqs:ReceiveMessage")])) == toset([for queue in compact([facts.consumes]) : var.queues[queue].arn])
    ])
    error_message = "A service may receive from the queue that it consumes, and from no other."
  }

  assert {
    condition     = alltrue([for service, facts in local.services : anytrue([for statement in local.statements[service] : contains(statement.actions, "sns:Publish")]) == facts.publishes])
    error_message = "Exactly the services that publish may publish."
  }

  assert {
    condition     = length([for statement in local.all_statements : statement if contains(statement.resources, "*")]) == 0
    error_message = "Every right of the matrix must name resources."
  }
}

run "services_are_told_what_they_need" {
  command = plan

  assert {
    condition = keys(local.settings["api"]) == [
      "COGNITO_CLIENT_ID", "COGNITO_ISSUER", "COGNITO_JWKS_URL", "COGNITO_POOL_ID", "MCP_AUDIT_ALLOWED_ORIGINS", "MCP_AUDIT_CONFIRM_BY_MAIL",
      "MCP_AUDIT_ENV", "MCP_AUDIT_EXPORTS_BUCKET", "MCP_AUDIT_MANIFESTS_BUCKET", "MCP_AUDIT_PUBLIC_URL", "MCP_AUDIT_REPORTS_BUCKET",
      "MCP_AUDIT_REPORT_QUEUE_URL", "MCP_AUDIT_SCAN_QUEUE_URL", "MCP_AUDIT_TABLE", "MCP_AUDIT_TEST_QUEUE_URL", "MCP_AUDIT_TOPIC_ARN", "MCP_AUDIT_TRUSTED_PROXIES", "PROGRESS_PUBLIC_URL",
    ]
    error_message = "The settings of the API changed: compare services/api/src/settings.rs."
  }

  assert {
    condition = { for service, secrets in local.secrets : service => keys(secrets) } == {
      alert-sender        = ["MCP_AUDIT_LINK_KEY"]
      api                 = ["MCP_AUDIT_LINK_KEY", "REDIS_URL"]
      metering-aggregator = []
      progress-fanout     = ["REDIS_URL"]
      report-generator    = []
      scan-worker         = ["MCP_AUDIT_EVIDENCE_KEY", "REDIS_URL"]
      test-orchestrator   = ["MCP_AUDIT_EVIDENCE_KEY", "REDIS_URL"]
    }
    error_message = "A service must get the secrets that its settings name, and no other."
  }

  assert {
    condition     = !anytrue([for settings in local.settings : anytrue([for name in keys(settings) : can(regex("LINK_KEY|EVIDENCE_KEY|REDIS_URL|TOKENS|GITHUB_APPS", name))])])
    error_message = "Secrets must not be plain settings."
  }
}

run "containers_run_without_privileges" {
  command = plan

  assert {
    condition = alltrue([
      for container in local.container_definitions :
      container.readonlyRootFilesystem && !container.privileged && container.user != "0" && container.linuxParameters.capabilities.drop == ["ALL"] && container.healthCheck.command == ["CMD", "/service", "--check-health"] && container.logConfiguration.logDriver == "awslogs"
    ]) && length(local.container_definitions) == 2
    error_message = "Containers must have a read-only root, no privileges, a user that is not root, and logs."
  }

  assert {
    condition     = { for service, container in local.container_definitions : service => container.secrets[*].name } == { progress-fanout = ["REDIS_URL"], test-orchestrator = ["MCP_AUDIT_EVIDENCE_KEY", "REDIS_URL"] }
    error_message = "Containers must take their secrets from Secrets Manager."
  }
}

run "services_on_fargate_scale_with_their_work_and_roll_back" {
  command = plan

  assert {
    condition     = alltrue([for service in aws_ecs_service.this : service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback && !service.network_configuration[0].assign_public_ip])
    error_message = "A version that does not start must be taken back, and no task may have a public address."
  }

  assert {
    condition = { for service, target in aws_appautoscaling_target.this : service => [target.min_capacity, target.max_capacity] } == {
      progress-fanout   = [2, 6]
      test-orchestrator = [2, 10]
    }
    error_message = "The numbers of tasks must be the given ones."
  }

  assert {
    condition     = toset(flatten([for policy in [aws_appautoscaling_policy.work["test-orchestrator"]] : [for metric in policy.target_tracking_scaling_policy_configuration[0].customized_metric_specification[0].metrics : metric.metric_stat[*].metric[0].metric_name]])) == toset(["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible", "RunningTaskCount"])
    error_message = "The orchestrator must scale with waiting and running tests per task."
  }

  assert {
    condition     = aws_appautoscaling_policy.processor["progress-fanout"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ECSServiceAverageCPUUtilization"
    error_message = "progress-fanout must scale with its processor too."
  }

  assert {
    condition     = { for service, definition in aws_ecs_task_definition.this : service => [definition.memory, definition.runtime_platform[0].cpu_architecture] } == { progress-fanout = ["512", "ARM64"], test-orchestrator = ["1024", "ARM64"] }
    error_message = "Memory of the tasks differs from the platform table."
  }
}

run "the_websocket_is_internal_and_encrypted" {
  command = plan

  assert {
    condition     = aws_lb.websocket[0].internal && aws_lb.websocket[0].enable_deletion_protection && aws_lb.websocket[0].access_logs[0].enabled
    error_message = "The load balancer must be internal, protected and write an access log."
  }

  assert {
    condition     = aws_lb_listener.websocket[0].protocol == "HTTPS" && strcontains(aws_lb_listener.websocket[0].ssl_policy, "TLS13-1-2")
    error_message = "The load balancer must speak TLS 1.2 or newer only."
  }
}

run "the_api_does_its_tasks_every_minute" {
  command = plan

  assert {
    condition     = { for name, task in aws_scheduler_schedule.task : jsondecode(task.target[0].input).task => task.schedule_expression } == { start_due_scans = "rate(1 minute)", sweep = "rate(1 minute)" }
    error_message = "The API must be told to sweep and to start scans that are due once a minute."
  }

  assert {
    condition     = aws_scheduler_schedule.task["sweep"].target[0].arn == "arn:aws:lambda:us-east-1:111122223333:function:mcp-audit-prod-api:live"
    error_message = "Tasks must invoke the alias, never $LATEST."
  }
}

run "without_a_network_the_functions_still_run" {
  command = plan

  variables {
    environment               = "dev"
    network                   = null
    redis_secret              = null
    container_images          = {}
    container_counts          = {}
    reserved_concurrency      = {}
    insights_layer_arn        = null
    websocket_certificate_arn = null
    access_logs_bucket        = null
    extra_environment         = { AWS_ENDPOINT_URL = "http://127.0.0.1:4566" }
  }

  assert {
    condition     = length(output.functions) == 5 && length(output.containers) == 0 && output.websocket == null && length(aws_ecs_cluster.this) == 0
    error_message = "A cheap dev environment has the functions and nothing else."
  }

  assert {
    condition     = !anytrue(values(local.in_network))
    error_message = "Without a network no function is in one."
  }

  assert {
    condition     = alltrue([for settings in local.settings : settings["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"])
    error_message = "Further settings must reach every service."
  }
}

run "a_service_without_an_image_is_not_deployed" {
  command = plan

  variables {
    environment      = "dev"
    redis_secret     = null
    container_images = { test-orchestrator = "registry.example/test-orchestrator:main", progress-fanout = "registry.example/progress-fanout:main" }
  }

  assert {
    condition     = keys(aws_ecs_service.this) == ["test-orchestrator"] && length(aws_lb.websocket) == 0
    error_message = "progress-fanout is of no use without Redis."
  }
}

run "r60_what_prod_needs_is_asked_for" {
  command = plan

  variables {
    container_images          = {}
    container_counts          = { test-orchestrator = { min = 1, max = 1 } }
    reserved_concurrency      = { api = 1 }
    insights_layer_arn        = null
    websocket_certificate_arn = null
    access_logs_bucket        = null
    deletion_protection       = false
    extra_environment         = { RUST_LOG = "debug" }
    tasks_enabled             = false
    log_retention_days        = 7
  }

  expect_failures = [
    var.container_images, var.container_counts, var.reserved_concurrency, var.insights_layer_arn, var.websocket_certificate_arn,
    var.access_logs_bucket, var.deletion_protection, var.extra_environment, var.tasks_enabled, var.log_retention_days,
  ]
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name                         = "MCP"
    tags                         = { Environment = "dev" }
    architecture                 = "mips"
    kms_key_arns                 = { data = "data", messaging = "messaging", logs = "logs", secrets = "secrets" }
    topic_arn                    = "events"
    trusted_proxies              = 3
    public_url                   = "app.example"
    progress_url                 = "https://app.example"
    allowed_origins              = ["*"]
    github_secret_arns           = { GITHUB = "ghp" }
    secret_rotation_function_arn = "rotate"
    network                      = null
  }

  expect_failures = [
    var.name, var.tags, var.architecture, var.kms_key_arns, var.topic_arn, var.trusted_proxies, var.public_url, var.progress_url,
    var.allowed_origins, var.github_secret_arns, var.secret_rotation_function_arn, var.network,
  ]
}

run "r60_the_environment_is_one_of_three" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}
