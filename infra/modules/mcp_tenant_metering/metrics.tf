# Counted from the access log: all tenants together, and, with a dimension, the metered ones. Each value of a dimension is a metric that is
# billed, so a filter with a dimension matches the metered tenants only.
locals {
  has_log = var.api_log_group_name != null

  # The status is a string in access logs.
  counters = {
    requests = { metric = "RequestCount", of_tenant = "", of_all = "" }
    errors   = { metric = "ErrorCount", of_tenant = " && (($.status = \"4*\") || ($.status = \"5*\"))", of_all = "{ ($.status = \"4*\") || ($.status = \"5*\") }" }
  }

  # A pattern has 1024 characters, room for ten tenants.
  tenant_groups = chunklist(sort(var.metered_tenant_ids), 10)

  tenant_filters = merge([for counter, settings in local.counters : {
    for number, tenants in local.tenant_groups : "${counter}-${number}" => {
      metric  = settings.metric
      pattern = "{ (${join(" || ", [for tenant in tenants : "($.tenant_id = \"${tenant}\")"])})${settings.of_tenant} }"
    }
  }]...)
}

resource "aws_cloudwatch_log_metric_filter" "all" {
  for_each = { for counter, settings in local.counters : counter => settings if local.has_log }

  name           = "${local.prefix}-${each.key}"
  log_group_name = var.api_log_group_name
  pattern        = each.value.of_all

  metric_transformation {
    namespace     = var.metric_namespace
    name          = each.value.metric
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

# A filter with a dimension can have no default value.
resource "aws_cloudwatch_log_metric_filter" "tenant" {
  for_each = { for key, filter in local.tenant_filters : key => filter if local.has_log }

  name           = "${local.prefix}-tenant-${each.key}"
  log_group_name = var.api_log_group_name
  pattern        = each.value.pattern

  metric_transformation {
    namespace  = var.metric_namespace
    name       = each.value.metric
    value      = "1"
    unit       = "Count"
    dimensions = { TenantId = "$.tenant_id" }
  }
}

# Ranks all tenants for the price of one rule.
resource "aws_cloudwatch_contributor_insight_rule" "by_tenant" {
  for_each = { for counter, settings in local.counters : counter => settings if local.has_log && var.enable_contributor_insights }

  rule_name  = "${local.prefix}-${each.key}-by-tenant"
  rule_state = "ENABLED"

  rule_definition = jsonencode({
    Schema        = { Name = "CloudWatchLogRule", Version = 1 }
    LogGroupNames = [var.api_log_group_name]
    LogFormat     = "JSON"
    AggregateOn   = "Count"
    Contribution = {
      Keys = ["$.tenant_id"]
      Filters = concat(
        [{ Match = "$.tenant_id", NotIn = ["-"] }],
        each.key == "errors" ? [{ Match = "$.status", StartsWith = ["4", "5"] }] : [],
      )
    }
  })

  tags = merge(local.tags, { Controls = "SI-4" })
}
