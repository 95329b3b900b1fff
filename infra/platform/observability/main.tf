data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  topology         = jsondecode(file("${path.module}/../../topology.json"))
  lambda_services  = [for name, service in local.topology.services : name if service.compute == "lambda"]
  fargate_services = [for name, service in local.topology.services : name if service.compute == "fargate"]

  region = data.aws_region.current.name
  prefix = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "observability"
  })
}

resource "aws_xray_sampling_rule" "platform" {
  rule_name      = substr(local.prefix, 0, 32)
  priority       = 1000
  version        = 1
  fixed_rate     = coalesce(var.xray_sampling_rate, var.environment == "dev" ? 1 : 0.05)
  reservoir_size = 1
  service_name   = "${local.prefix}*"
  service_type   = "*"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  resource_arn   = "*"

  tags = merge(local.tags, { Controls = "SI-4" })
}

locals {
  # Who did what: the services that people reach write it beside their other lines.
  audit_log_groups = {
    for name, group in merge(
      { for name, function in var.functions : name => function.log_group_name },
      { for name, container in var.containers : name => container.log_group_name },
    ) : name => group if contains(["api", "progress-fanout"], name)
  }

  exported_logs = var.audit_log_destination == null ? {} : merge(
    { for name, group in local.audit_log_groups : name => { group = group, pattern = "{ $.target = \"audit\" }" } },
    { gateway = { group = var.api.access_log_group_name, pattern = "" } },
  )
}

resource "aws_cloudwatch_log_subscription_filter" "audit" {
  for_each = local.exported_logs

  name            = "${local.prefix}-${each.key}-audit"
  log_group_name  = each.value.group
  filter_pattern  = each.value.pattern
  destination_arn = var.audit_log_destination.arn
  role_arn        = var.audit_log_destination.role_arn
  distribution    = "Random"
}
