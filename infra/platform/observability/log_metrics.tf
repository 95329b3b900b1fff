# What only the log tells. Lines are JSON with their fields at the top; `*` stands for the rest of a text.
locals {
  log_namespace = "${local.prefix}/log"

  log_metrics = merge(
    {
      denied-requests   = { group = var.functions["api"].log_group_name, pattern = "{ ($.target = \"audit\") && (($.status = 401) || ($.status = 403)) }" }
      limited-requests  = { group = var.functions["api"].log_group_name, pattern = "{ ($.target = \"audit\") && ($.status = 429) }" }
      unlimited-clients = { group = var.functions["api"].log_group_name, pattern = "{ $.message = \"requests are not limited*\" }" }
      commands-resent   = { group = var.functions["api"].log_group_name, pattern = "{ ($.message = \"sent commands again*\") || ($.message = \"could not send the command*\") }" }
    },
    {
      for name, container in var.containers :
      "${name}-errors" => { group = container.log_group_name, pattern = "{ $.level = \"ERROR\" }" }
    },
    contains(keys(var.containers), "test-orchestrator") ? {
      tests-finished = { group = var.containers["test-orchestrator"].log_group_name, pattern = "{ $.message = \"finished test*\" }" }
      tests-failed   = { group = var.containers["test-orchestrator"].log_group_name, pattern = "{ $.message = \"*could not be done\" }" }
      tests-too-long = { group = var.containers["test-orchestrator"].log_group_name, pattern = "{ $.reason = \"the test did not finish within*\" }" }
    } : {},
  )
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.log_metrics

  name           = "${local.prefix}-${each.key}"
  log_group_name = each.value.group
  pattern        = each.value.pattern

  metric_transformation {
    namespace     = local.log_namespace
    name          = each.key
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}
