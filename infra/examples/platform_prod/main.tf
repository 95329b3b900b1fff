# MCP Audit in production: two zones, two of everything that can fail, CloudFront and web ACLs in front.
provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  registry  = "${local.account}.dkr.ecr.${var.region}.amazonaws.com/mcp-audit"
}

module "platform" {
  source = "../../platform/stack"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  environment = "prod"

  # Network: a NAT gateway per zone, four endpoints in both.
  availability_zones        = ["${var.region}a", "${var.region}b"]
  nat_gateways              = "per_zone"
  interface_endpoints       = ["logs", "secretsmanager", "sns", "sqs"]
  cloudfront_prefix_list_id = var.cloudfront_prefix_list_id

  # Keys and secrets.
  key_admin_arns               = ["arn:${local.partition}:iam::${local.account}:role/${var.key_admin_role}"]
  secret_rotation_function_arn = var.secret_rotation_function_arn

  # Redis: two nodes that take over from each other.
  cache_node_type  = "cache.t4g.small"
  cache_node_count = 2

  # Services.
  artifacts_dir = var.artifacts_dir
  container_images = {
    for service, digest in var.image_digests : service => "${local.registry}/${service}@${digest}"
  }
  container_counts = {
    progress-fanout   = { min = 2, max = 6 }
    test-orchestrator = { min = 2, max = 10 }
  }
  reserved_concurrency = {
    alert-sender        = 10
    api                 = 100
    metering-aggregator = 5
    report-generator    = 10
    scan-worker         = 20
  }
  insights_layer_arn = var.insights_layer_arn

  # Addresses.
  domain_name               = var.domain_name
  certificate_arn           = var.certificate_arn
  api_domain_name           = "origin.${var.domain_name}"
  api_certificate_arn       = var.regional_certificate_arn
  websocket_domain_name     = "ws.${var.domain_name}"
  websocket_certificate_arn = var.regional_certificate_arn
  hosted_zone_id            = var.hosted_zone_id

  # Mail.
  mail_identity = var.domain_name
  mail_sender   = "alerts@${var.domain_name}"

  # Watching: mail for all, and a machine for what has to wake somebody.
  alarm_subscriptions = {
    people = { protocol = "email", endpoint = var.alarm_email, tiers = ["P1", "P2", "P3"] }
    pager  = { protocol = "https", endpoint = var.pager_url, tiers = ["P1"] }
  }
}
