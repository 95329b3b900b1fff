locals {
  log_group_name = "/aws/lambda/${local.prefix}"

  metric_namespace = "${local.prefix}/security"

  alarm_topic_arns = var.alarm_sns_topic_arn == null ? var.alarm_topic_arns : {
    p1 = var.alarm_sns_topic_arn
    p2 = var.alarm_sns_topic_arn
    p3 = var.alarm_sns_topic_arn
  }
}

resource "aws_cloudwatch_log_group" "server" {
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_log_subscription_filter" "audit" {
  for_each = var.audit_log_destination_arn == null ? {} : {
    access = aws_cloudwatch_log_group.api.name
    server = aws_cloudwatch_log_group.server.name
  }

  name            = "${local.prefix}-${each.key}"
  log_group_name  = each.value
  filter_pattern  = ""
  destination_arn = var.audit_log_destination_arn
}

# The server writes one line per tool call: {"audit": "tool.call", "tool": ..., "tenant_id": ..., "outcome": "ok" | "error" | "denied"}.
resource "aws_cloudwatch_log_metric_filter" "refused_tool_calls" {
  name           = "${local.prefix}-refused-tool-calls"
  log_group_name = aws_cloudwatch_log_group.server.name
  pattern        = "{ ($.audit = \"tool.call\") && (($.outcome = \"denied\") || ($.outcome = \"error\")) }"

  metric_transformation {
    namespace     = local.metric_namespace
    name          = "refused-tool-calls"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

module "alarms" {
  source = "../cloudwatch_alarms"

  name                = var.name
  environment         = var.environment
  tags                = var.tags
  cost_center         = var.cost_center
  service             = local.tags.Service
  runbook_base        = var.runbook_base
  actions_enabled     = var.alarm_actions_enabled
  topic_arns          = local.alarm_topic_arns
  kms_key_arn         = var.kms_key_arn
  alarm_subscriptions = var.alarm_subscriptions

  lambda_functions = {
    server = {
      function_name          = local.prefix
      timeout_seconds        = var.timeout
      reserved_concurrency   = var.reserved_concurrent_executions >= 1 ? var.reserved_concurrent_executions : null
      insights               = true
      dead_letter_queue_name = aws_sqs_queue.dead_letters.name
    }
  }

  apis = {
    api = {
      protocol              = var.api_type
      api_id                = local.is_http ? local.api_id : null
      api_name              = local.is_rest ? local.prefix : null
      stage                 = local.stage_name
      timeout_seconds       = var.timeout
      access_log_group_name = aws_cloudwatch_log_group.api.name
    }
  }

  alarms = merge(
    {
      refused-tool-calls = {
        tier        = "P2"
        description = "Over 50 tool calls in 5 minutes were denied or failed: somebody tries what nobody else does."
        runbook     = "tool-use"
        namespace   = local.metric_namespace
        metric      = "refused-tool-calls"
        threshold   = 50
      }
    },
    # DynamoDB counts both per operation only; their sums are two alarms instead of eight.
    { for key, alarm in local.session_alarms : key => merge(alarm, {
      tier       = "P1"
      threshold  = 0
      expression = "SUM(METRICS())"
      metrics = { for operation in local.session_operations : lower(operation) => {
        namespace  = "AWS/DynamoDB"
        metric     = alarm.metric
        dimensions = { TableName = "${local.prefix}-sessions", Operation = operation }
      } }
      metric = null
    }) if local.has_session_table },
  )

  service_down_when = ["api-5xx-rate", "server-error-rate", "server-throttles"]
}

locals {
  session_alarms = {
    sessions-throttled = { metric = "ThrottledRequests", runbook = "dynamodb-throttles", description = "DynamoDB throttles requests to the session table." }
    sessions-errors    = { metric = "SystemErrors", runbook = "dynamodb-errors", description = "DynamoDB fails at requests to the session table." }
  }
}

# Rule names have 32 characters.
resource "aws_xray_sampling_rule" "this" {
  count = var.enable_xray_tracing ? 1 : 0

  rule_name      = "${substr(local.prefix, 0, 23)}-${substr(sha256(local.prefix), 0, 8)}"
  priority       = 9000
  version        = 1
  reservoir_size = 1
  fixed_rate     = var.xray_sampling_rate
  host           = "*"
  http_method    = "*"
  resource_arn   = "*"
  service_name   = local.prefix
  service_type   = "*"
  url_path       = "*"

  tags = merge(local.tags, { Controls = "SI-4" })
}

locals {
  api_dimensions = local.is_http ? ["ApiId", local.api_id, "Stage", local.stage_name] : ["ApiName", local.prefix, "Stage", local.stage_name]

  api_metric_names = local.is_http ? { requests = "Count", client = "4xx", server = "5xx" } : { requests = "Count", client = "4XXError", server = "5XXError" }

  # Title => metrics: namespace, name, then dimensions and their values in turn, and the statistic.
  graphs = merge(
    {
      "Requests"     = { stat = "Sum", metrics = [for name in values(local.api_metric_names) : concat(["AWS/ApiGateway", name], local.api_dimensions)] }
      "Latency, p99" = { stat = "p99", metrics = [concat(["AWS/ApiGateway", "Latency"], local.api_dimensions), ["AWS/Lambda", "Duration", "FunctionName", local.prefix]] }
      "Function"     = { stat = "Sum", metrics = [for name in ["Invocations", "Errors", "Throttles"] : ["AWS/Lambda", name, "FunctionName", local.prefix]] }
      "Concurrency"  = { stat = "Maximum", metrics = [["AWS/Lambda", "ConcurrentExecutions", "FunctionName", local.prefix]] }
      "Refused" = { stat = "Sum", metrics = [
        [local.metric_namespace, "api-auth-failures"],
        [local.metric_namespace, "refused-tool-calls"],
      ] }
      "Dead letters" = { stat = "Maximum", metrics = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${local.prefix}-dlq"]] }
    },
    local.has_session_table ? {
      "Sessions throttled" = { stat = "Sum", metrics = [for operation in local.session_operations : ["AWS/DynamoDB", "ThrottledRequests", "TableName", "${local.prefix}-sessions", "Operation", operation]] }
    } : {},
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.prefix

  dashboard_body = jsonencode({
    widgets = [for title, graph in local.graphs : {
      type   = "metric"
      width  = 12
      height = 6
      properties = {
        title   = title
        region  = local.region
        view    = "timeSeries"
        period  = 300
        stat    = graph.stat
        metrics = graph.metrics
      }
    }]
  })
}
