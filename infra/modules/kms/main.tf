data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account    = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.name
  dns_suffix = data.aws_partition.current.dns_suffix

  alias_name = coalesce(var.alias_name, "${var.name}-${var.environment}")

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = local.alias_name
    Controls    = "SC-12 SC-13 SC-28"
  })
}

resource "aws_kms_key" "this" {
  description             = var.description
  policy                  = local.policy
  multi_region            = var.multi_region
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_period_in_days
  deletion_window_in_days = var.deletion_window_in_days
  tags                    = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.alias_name}"
  target_key_id = aws_kms_key.this.key_id
}
