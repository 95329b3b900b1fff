data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  account   = data.aws_caller_identity.current.account_id
  prefix    = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "api"
  })

  stage = "live"

  # Where CloudFront finds the API: under its own name, or in dev perhaps at the default endpoint.
  api_host = coalesce(var.api_domain_name, "${aws_api_gateway_rest_api.this.id}.execute-api.${local.region}.${data.aws_partition.current.dns_suffix}")
  api_path = var.api_domain_name == null ? "/${local.stage}" : ""

  # Behind a web ACL, the API takes requests from CloudFront alone.
  guarded = var.enable_cdn && var.enable_waf
}
