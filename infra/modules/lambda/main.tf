data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  service_domain = "${local.region}.${data.aws_partition.current.dns_suffix}"

  function_name  = join("-", compact([var.name, var.environment, var.service]))
  function_arn   = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.function_name}"
  alias_arn      = "${local.function_arn}:${var.alias_name}"
  role_arn       = "arn:${local.partition}:iam::${local.account}:role/${local.function_name}"
  log_group_name = "/aws/lambda/${local.function_name}"
  log_group_arn  = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_group_name}"

  alias_invoke_arn = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.alias_arn}/invocations"

  is_zip = var.package_type == "Zip"
  in_vpc = length(var.vpc_subnet_ids) > 0

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = coalesce(var.service, var.name)
  })
}

resource "aws_lambda_function" "this" {
  function_name = local.function_name
  description   = var.description
  role          = local.role_arn
  publish       = true
  tags          = merge(local.tags, { Controls = "CM-7 SC-28 SC-7 SI-4" })

  package_type      = var.package_type
  image_uri         = var.image_uri
  filename          = var.filename
  s3_bucket         = try(var.s3_object.bucket, null)
  s3_key            = try(var.s3_object.key, null)
  s3_object_version = try(var.s3_object.version, null)
  source_code_hash  = var.source_code_hash
  runtime           = local.is_zip ? var.runtime : null
  handler           = local.is_zip ? var.handler : null
  layers            = compact([var.insights_layer_arn])

  architectures                  = var.architectures
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrent_executions
  kms_key_arn                    = var.kms_key_arn

  ephemeral_storage {
    size = var.ephemeral_storage_mb
  }

  dynamic "environment" {
    for_each = length(var.environment_variables) + length(var.secret_arns) > 0 ? [merge(var.environment_variables, var.secret_arns)] : []

    content {
      variables = environment.value
    }
  }

  dynamic "vpc_config" {
    for_each = local.in_vpc ? [var.vpc_subnet_ids] : []

    content {
      subnet_ids         = vpc_config.value
      security_group_ids = var.vpc_security_group_ids
    }
  }

  tracing_config {
    mode = var.enable_xray_tracing ? "Active" : "PassThrough"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  dynamic "dead_letter_config" {
    for_each = var.dead_letter_target_arn == null ? [] : [var.dead_letter_target_arn]

    content {
      target_arn = dead_letter_config.value
    }
  }

  # Lambda tries the network, the key and the dead-letter target with the role
  # when it makes the function, so its policies have to be there first.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.keys_and_secrets]
}

resource "aws_lambda_alias" "live" {
  name             = var.alias_name
  description      = "What callers invoke"
  function_name    = aws_lambda_function.this.function_name
  function_version = coalesce(var.alias_version, aws_lambda_function.this.version)

  dynamic "routing_config" {
    for_each = var.canary_weight > 0 ? [{ (var.canary_version) = var.canary_weight }] : []

    content {
      additional_version_weights = routing_config.value
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "this" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

# Asynchronous invocations through the alias: what failed goes on with its
# payload and the error. The function's own dead-letter target has the payload
# only, but also holds for invocations of other versions.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_retry_attempts       = var.maximum_retry_attempts
  maximum_event_age_in_seconds = 21600

  dynamic "destination_config" {
    for_each = var.dead_letter_target_arn == null ? [] : [var.dead_letter_target_arn]

    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }
}

resource "aws_lambda_event_source_mapping" "this" {
  count = var.event_source == null ? 0 : 1

  function_name                      = local.alias_arn
  event_source_arn                   = var.event_source.queue_arn
  enabled                            = var.event_source.enabled
  batch_size                         = var.event_source.batch_size
  maximum_batching_window_in_seconds = var.event_source.batch_window_seconds
  function_response_types            = var.event_source.report_batch_item_failures ? ["ReportBatchItemFailures"] : []
  tags                               = local.tags

  dynamic "scaling_config" {
    for_each = var.event_source.max_concurrency == null ? [] : [var.event_source.max_concurrency]

    content {
      maximum_concurrency = scaling_config.value
    }
  }

  depends_on = [aws_lambda_alias.live]
}

resource "aws_lambda_function_url" "this" {
  count = var.enable_function_url ? 1 : 0

  function_name      = aws_lambda_function.this.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = var.function_url_auth_type
}

resource "aws_cloudwatch_log_group" "this" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = coalesce(var.log_kms_key_arn, var.kms_key_arn)
  tags              = merge(local.tags, { Controls = "AU-11 AU-2 AU-3 AU-9 SC-28" })

  # Functions log who asked for what: the record outlives the function.
  lifecycle {
    prevent_destroy = true
  }
}
