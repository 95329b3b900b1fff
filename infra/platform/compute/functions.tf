module "function" {
  source   = "../../modules/lambda"
  for_each = toset(local.function_services)

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center
  service     = each.key
  description = "MCP Audit: ${each.key}"

  filename                       = "${var.artifacts_dir}/${each.key}.zip"
  source_code_hash               = try(filebase64sha256("${var.artifacts_dir}/${each.key}.zip"), null)
  architectures                  = [var.architecture]
  memory_size                    = local.services[each.key].memory_mb
  timeout                        = local.services[each.key].timeout_seconds
  reserved_concurrent_executions = lookup(var.reserved_concurrency, each.key, -1)

  # A function is told the names of its secrets; it reads them when it starts, so that no value is in its settings.
  environment_variables = merge(local.settings[each.key], {
    for secrets in [local.secrets[each.key]] : "MCP_AUDIT_SETTINGS_FROM" => join(",", [for setting in sort(keys(secrets)) : "${setting}=${secrets[setting].name}"]) if length(secrets) > 0
  })
  kms_key_arn        = var.kms_key_arns.secrets
  log_kms_key_arn    = var.kms_key_arns.logs
  log_retention_days = var.log_retention_days
  enable_insights    = var.insights_layer_arn != null
  insights_layer_arn = var.insights_layer_arn

  # Only what needs Redis is in the network; who asks Cognito or GitHub as well leaves it through a NAT gateway.
  vpc_subnet_ids         = local.in_network[each.key] ? var.network.private_subnet_ids : []
  vpc_security_group_ids = local.in_network[each.key] ? [var.network.worker_security_group] : []

  event_source            = local.event_sources[each.key]
  dead_letter_target_arn  = local.services[each.key].consumes == null ? local.failed_invocations_arn : var.queues[local.services[each.key].consumes].dead_letter_queue_arn
  dead_letter_kms_key_arn = var.kms_key_arns.messaging

  policy_statements        = concat(local.statements[each.key], local.may_read_secrets[each.key])
  data_kms_key_arns        = local.keys_used[each.key]
  permissions_boundary_arn = local.boundary_arn
}

locals {
  in_network = {
    for service in local.function_services : service => var.network != null && var.redis_secret != null && contains(local.redis_services, service)
  }

  event_sources = {
    for service in local.function_services : service => one([
      for key in compact([local.services[service].consumes]) : {
        queue_arn                  = var.queues[key].arn
        visibility_timeout_seconds = local.queues[key].visibility_timeout_seconds
        kms_key_arn                = var.kms_key_arns.messaging
        batch_size                 = local.queues[key].batch_size
        batch_window_seconds       = local.queues[key].batch_window_seconds
        max_concurrency            = lookup(local.queues[key], "max_concurrency", null)
      }
    ])
  }
  queues = { for key, queue in local.topology.queues : key => merge(local.topology.queue_defaults, queue) }

  functions = {
    for service, function in module.function : service => {
      name                   = function.function_name
      arn                    = function.function_arn
      alias_name             = function.alias_name
      alias_arn              = function.alias_arn
      invoke_arn             = function.alias_invoke_arn
      log_group_name         = function.log_group_name
      timeout_seconds        = function.timeout
      memory_mb              = function.memory_size
      reserved_concurrency   = lookup(var.reserved_concurrency, service, null)
      insights               = var.insights_layer_arn != null
      dead_letter_queue_name = local.services[service].consumes == null ? aws_sqs_queue.failed_invocations.name : var.queues[local.services[service].consumes].dead_letter_queue_name
    }
  }

  # By the name of the resource: known in a plan, and nothing uses the queue before it is there.
  failed_invocations_arn = "arn:${local.partition}:sqs:${local.region}:${local.account}:${aws_sqs_queue.failed_invocations.name}"
}

# Invocations that nobody waited for and that failed: the tasks of the API.
resource "aws_sqs_queue" "failed_invocations" {
  name                              = "${local.prefix}-invocations-dlq"
  message_retention_seconds         = local.topology.queue_defaults.dead_letter_retention_seconds
  kms_master_key_id                 = var.kms_key_arns.messaging
  kms_data_key_reuse_period_seconds = 3600
  tags                              = merge(local.tags, { Controls = "SC-28 SC-8" })
}

resource "aws_sqs_queue_policy" "failed_invocations" {
  queue_url = aws_sqs_queue.failed_invocations.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = local.failed_invocations_arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
