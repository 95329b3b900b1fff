data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix    = "${var.name}-${var.environment}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  is_prod   = var.environment == "prod"

  is_http = var.api_type == "HTTP"
  is_rest = var.api_type == "REST"

  has_custom_domain = var.custom_domain_name != null

  # Built from names, so that policies are known before anything exists.
  arn = {
    function = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.prefix}"
    role     = "arn:${local.partition}:iam::${local.account}:role/${local.prefix}-server"
    queue    = "arn:${local.partition}:sqs:${local.region}:${local.account}:${local.prefix}-dlq"
    table    = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${local.prefix}-sessions"
  }
  alias_arn = "${local.arn.function}:live"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "mcp-server"
  })
}
