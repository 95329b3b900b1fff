data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  prefix = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = var.service
  })

  presets = merge(
    local.lambda_alarms,
    local.api_alarms,
    local.dynamodb_alarms,
    local.queue_alarms,
    local.redis_alarms,
    local.waf_alarms,
  )

  # Presets write only what differs from the defaults of var.alarms.
  defaults = {
    namespace   = null
    metric      = null
    stat        = "Sum"
    dimensions  = {}
    period      = 300
    evaluations = 1
    comparison  = "GreaterThanThreshold"
    missing     = "notBreaching"
    expression  = null
    metrics     = {}
  }

  alarms = merge({ for key, alarm in local.presets : key => merge(local.defaults, alarm) }, var.alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.prefix}-${each.key}"
  alarm_description   = "${each.value.description} Runbook: ${var.runbook_base}/${each.value.runbook}.md"
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.evaluations
  datapoints_to_alarm = each.value.evaluations
  treat_missing_data  = each.value.missing
  actions_enabled     = var.actions_enabled
  alarm_actions       = [local.topic_arns[lower(each.value.tier)]]
  ok_actions          = [local.topic_arns[lower(each.value.tier)]]

  namespace   = each.value.namespace
  metric_name = each.value.metric
  dimensions  = each.value.expression == null ? each.value.dimensions : null
  period      = each.value.expression == null ? each.value.period : null

  # CloudWatch takes percentiles by another name than the other statistics, and refuses them under the wrong one.
  statistic          = each.value.expression == null && !startswith(each.value.stat, "p") ? each.value.stat : null
  extended_statistic = each.value.expression == null && startswith(each.value.stat, "p") ? each.value.stat : null

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value.expression]

    content {
      id          = "result"
      expression  = metric_query.value
      label       = each.key
      return_data = true
    }
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric
        stat        = metric_query.value.stat
        period      = each.value.period
        dimensions  = metric_query.value.dimensions
      }
    }
  }

  tags = merge(local.tags, { tier = each.value.tier, Controls = "IR-4 SI-4" })

  lifecycle {
    precondition {
      condition     = length(setintersection(keys(var.alarms), keys(local.presets))) == 0
      error_message = "Rename these of alarms, which presets use: ${join(", ", setintersection(keys(var.alarms), keys(local.presets)))}."
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "service_down" {
  count = length(var.service_down_when) > 0 ? 1 : 0

  alarm_name        = "${local.prefix}-service-down"
  alarm_description = "Customers cannot use the service. Runbook: ${var.runbook_base}/service-down.md"
  alarm_rule        = join(" OR ", [for key in var.service_down_when : "ALARM(\"${local.prefix}-${key}\")"])
  actions_enabled   = var.actions_enabled
  alarm_actions     = [local.topic_arns.p1]
  ok_actions        = [local.topic_arns.p1]

  tags = merge(local.tags, { tier = "P1", Controls = "IR-4 SI-4" })

  # A composite alarm is only made when the alarms of its rule exist.
  depends_on = [aws_cloudwatch_metric_alarm.this]

  lifecycle {
    precondition {
      condition     = length(setsubtract(var.service_down_when, keys(local.alarms))) == 0
      error_message = "These of service_down_when are no alarms of this call: ${join(", ", setsubtract(var.service_down_when, keys(local.alarms)))}."
    }
  }
}
