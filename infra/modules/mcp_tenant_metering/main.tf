data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix    = "${var.name}-${var.environment}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  is_prod   = var.environment == "prod"

  # Built from names, so that policies are known before anything exists.
  table_name = "${local.prefix}-usage"
  table_arn  = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.table_name}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "tenant-metering"
  })
}

# What is billed: one item per tenant and period, added up with conditional updates.
resource "aws_dynamodb_table" "usage" {
  name                        = local.table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "tenant_id"
  range_key                   = "period"
  deletion_protection_enabled = local.is_prod

  attribute {
    name = "tenant_id"
    type = "S"
  }

  attribute {
    name = "period"
    type = "S"
  }

  # All tenants of a period, for whoever writes the bills.
  global_secondary_index {
    name            = "period-index"
    hash_key        = "period"
    range_key       = "tenant_id"
    projection_type = "ALL"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = merge(local.tags, { Controls = "CP-10 CP-9 SC-28", RetentionDays = tostring(var.usage_ttl_days) })

  lifecycle {
    prevent_destroy = true
  }
}

# The server adds usage up and reads none of it; the index is for the biller.
resource "aws_iam_role_policy" "server" {
  name = "${local.prefix}-usage"
  role = var.lambda_role_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "AddUsage"
        Effect   = "Allow"
        Action   = ["dynamodb:UpdateItem"]
        Resource = [local.table_arn]
      }],
      var.usage_event_queue_arn == null ? [] : [{
        Sid      = "SendUsageEvents"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.usage_event_queue_arn]
      }],
    )
  })
}
