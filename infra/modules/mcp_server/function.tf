locals {
  environment_variables = merge(
    var.environment_variables,
    var.secret_arns,
    var.origin_verify_secret_arn == null ? {} : { ORIGIN_VERIFY_ARN = var.origin_verify_secret_arn },
    local.has_session_table ? {
      SESSION_TABLE       = "${local.prefix}-sessions"
      SESSION_TTL_SECONDS = tostring(var.session_ttl_seconds)
    } : {},
    length(var.metered_tenant_ids) == 0 ? {} : { METERED_TENANT_IDS = join(",", sort(var.metered_tenant_ids)) },
  )

  tracing_mode = var.enable_xray_tracing ? "Active" : "PassThrough"
}

resource "aws_lambda_function" "this" {
  count = var.enable_tenant_isolation ? 0 : 1

  function_name                  = local.prefix
  description                    = "MCP server ${var.name} in ${var.vpc_id}"
  role                           = aws_iam_role.server.arn
  package_type                   = "Image"
  image_uri                      = var.image_uri
  architectures                  = var.architectures
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrent_executions
  kms_key_arn                    = var.kms_key_arn
  publish                        = true

  environment {
    variables = local.environment_variables
  }

  ephemeral_storage {
    size = var.ephemeral_storage_mb
  }

  vpc_config {
    subnet_ids         = var.vpc_subnet_ids
    security_group_ids = var.vpc_security_group_ids
  }

  dead_letter_config {
    target_arn = local.arn.queue
  }

  tracing_config {
    mode = local.tracing_mode
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.server.name
  }

  tags = merge(local.tags, { Controls = "CM-7 SC-28 SC-7 SI-4" })

  # Lambda checks what the role may do when it makes the function.
  depends_on = [aws_iam_role_policy.server, aws_sqs_queue.dead_letters]
}

# Callers name the alias, never $LATEST: what is live changes by moving it.
resource "aws_lambda_alias" "live" {
  count = var.enable_tenant_isolation ? 0 : 1

  name             = "live"
  description      = "The version that callers reach"
  function_name    = aws_lambda_function.this[0].function_name
  function_version = coalesce(var.live_version, aws_lambda_function.this[0].version)

  dynamic "routing_config" {
    for_each = var.canary_version == null ? [] : [var.canary_version]

    content {
      additional_version_weights = { (routing_config.value) = var.canary_weight }
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_alias.live[0].function_name
  qualifier                         = aws_lambda_alias.live[0].name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

check "cold_starts" {
  assert {
    condition     = !local.is_prod || var.enable_tenant_isolation || var.provisioned_concurrency > 0
    error_message = "Without provisioned_concurrency the first call after a pause waits for the container to start."
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = local.prefix
  qualifier                    = "live"
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = local.arn.queue
    }
  }

  depends_on = [aws_lambda_alias.live, aws_cloudformation_stack.isolated, aws_sqs_queue.dead_letters]
}

# One permission per route, each for its method and path only.
resource "aws_lambda_permission" "route" {
  for_each = local.route_keys

  statement_id  = "api-${lower(replace(replace(each.key, " /", "-"), "/", "-"))}"
  action        = "lambda:InvokeFunction"
  function_name = local.prefix
  qualifier     = "live"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${local.api_execution_arn}${local.invocation_paths[each.key]}"

  depends_on = [aws_lambda_alias.live, aws_cloudformation_stack.isolated]
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = "${local.prefix}-dlq"
  message_retention_seconds         = var.dead_letter_retention_seconds
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 3600

  # Events of the function only: no queue may use this one for its own.
  redrive_allow_policy = jsonencode({ redrivePermission = "denyAll" })

  tags = merge(local.tags, { Controls = "SC-28 SC-8" })
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyEncryptedConnections"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = local.arn.queue
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
