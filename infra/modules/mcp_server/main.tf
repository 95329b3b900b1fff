data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix    = "${var.name}-${var.environment}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  is_prod   = var.environment == "prod"

  # The last word on the two APIs: exactly one of them is made.
  is_http = var.api_type == "HTTP"
  is_rest = var.api_type == "REST"

  # What a caller of the API may ask for. Everything about routes follows from this map.
  mcp_methods = toset(["GET", "POST", "DELETE"])

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "mcp-server"
  })
}
