locals {
  alarm_topic_arns = var.alarm_sns_topic_arn == null ? var.alarm_topic_arns : {
    p1 = var.alarm_sns_topic_arn
    p2 = var.alarm_sns_topic_arn
    p3 = var.alarm_sns_topic_arn
  }

  # "" stands for all tenants together.
  watched = local.has_log ? merge({ all = "" }, { for tenant in var.metered_tenant_ids : "tenant-${tenant}" => tenant }) : {}

  quota_alarms = { for key, tenant in local.watched : "${key}-quota" => {
    tier        = "P2"
    description = "${tenant == "" ? "All tenants together" : "The tenant ${tenant}"} sent over ${var.quota_request_threshold} requests in ${var.quota_alarm_period} s."
    runbook     = "tenant-quota"
    namespace   = var.metric_namespace
    metric      = "RequestCount"
    dimensions  = { for name, value in { TenantId = tenant } : name => value if value != "" }
    threshold   = var.quota_request_threshold
    period      = var.quota_alarm_period
    evaluations = var.quota_alarm_evaluation_periods
  } if var.enable_quota_alarm }

  error_alarms = { for key, tenant in local.watched : "${key}-errors" => {
    tier        = "P2"
    description = "Over ${var.error_rate_threshold} requests of ${tenant == "" ? "all tenants together" : "the tenant ${tenant}"} failed in 5 minutes."
    runbook     = "tenant-errors"
    namespace   = var.metric_namespace
    metric      = "ErrorCount"
    dimensions  = { for name, value in { TenantId = tenant } : name => value if value != "" }
    threshold   = var.error_rate_threshold
    period      = 300
    evaluations = 1
  } }

  # Lost updates are lost money: the table is written with UpdateItem only, so one operation tells.
  usage_alarm = {
    usage-throttled = {
      tier        = "P1"
      description = "DynamoDB throttles updates of the usage table."
      runbook     = "dynamodb-throttles"
      namespace   = "AWS/DynamoDB"
      metric      = "ThrottledRequests"
      dimensions  = { TableName = local.table_name, Operation = "UpdateItem" }
      threshold   = 0
      period      = 300
      evaluations = 1
    }
  }
}

module "alarms" {
  source = "../cloudwatch_alarms"

  # Beside the server's alarms, which may have the same name.
  name                = substr("${var.name}-metering", 0, 40)
  environment         = var.environment
  tags                = var.tags
  cost_center         = var.cost_center
  service             = local.tags.Service
  runbook_base        = var.runbook_base
  topic_arns          = local.alarm_topic_arns
  kms_key_arn         = var.kms_key_arn
  alarm_subscriptions = var.alarm_subscriptions
  alarms              = merge(local.quota_alarms, local.error_alarms, local.usage_alarm)
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${local.prefix}-tenants"

  dashboard_body = jsonencode({
    widgets = concat(
      [for title, metric in { "Requests" = "RequestCount", "Errors" = "ErrorCount" } : {
        type                             = "metric"
        width                            = 12
        height                           = 6
        properties = {
          title   = title
          region  = local.region
          view    = "timeSeries"
          period  = 300
          stat    = "Sum"
          metrics = concat([[var.metric_namespace, metric]], [for tenant in sort(var.metered_tenant_ids) : [var.metric_namespace, metric, "TenantId", tenant]])
        }
      }],
      [for rule in values(aws_cloudwatch_contributor_insight_rule.by_tenant) : {
        type   = "metric"
        width  = 12
        height = 6
        properties = {
          title       = rule.rule_name
          region      = local.region
          view        = "timeSeries"
          period      = 300
          insightRule = { maxContributorCount = 10, orderBy = "Sum", ruleName = rule.rule_name }
        }
      }],
    )
  })
}
