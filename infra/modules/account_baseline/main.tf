data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  prefix = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "account"
  })
}

# Everything here exists once per account and Region: in a module of servers,
# two of them would overwrite each other.

resource "aws_ecr_replication_configuration" "this" {
  count = length(var.ecr_replication_regions) > 0 ? 1 : 0

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.ecr_replication_regions

        content {
          region      = destination.value
          registry_id = local.account
        }
      }

      dynamic "repository_filter" {
        for_each = var.ecr_replication_prefixes

        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}

resource "aws_ce_cost_allocation_tag" "this" {
  for_each = var.cost_allocation_tags

  tag_key = each.key
  status  = "Active"
}

resource "aws_xray_encryption_config" "this" {
  type   = "KMS"
  key_id = var.kms_key_arn
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.api_gateway.arn

  depends_on = [aws_iam_role_policy_attachment.api_gateway]
}

resource "aws_iam_role" "api_gateway" {
  name        = "${local.prefix}-api-gateway-logs"
  description = "Writes the logs of API Gateway"
  tags        = merge(local.tags, { Controls = "AC-6 AU-2" })

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# API Gateway refuses a role that may not do everything of this policy.
resource "aws_iam_role_policy_attachment" "api_gateway" {
  role       = aws_iam_role.api_gateway.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
