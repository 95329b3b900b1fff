# An MCP server of production: three zones without a way to the internet, CloudFront with a web ACL as the only way in, a machine and
# people who hear of alarms.
provider "aws" {
  region = var.region
}

# CloudFront takes certificates, web ACLs and their logs from us-east-1 only.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  name        = "ai-tools"
  environment = "prod"
  origin_name = "origin.${var.domain_name}"
  account     = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition

  # Built from its name, so that the rights on it are known in a plan.
  origin_secret_name = "${local.name}-${local.environment}-origin-verify"
  origin_secret_arn  = "arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:${local.origin_secret_name}"
}

module "key" {
  source = "../../modules/kms"

  name                 = local.name
  environment          = local.environment
  admin_principal_arns = ["arn:${local.partition}:iam::${local.account}:role/${var.key_admin_role}"]
}

# Where several servers share an account, this is applied once, before them.
module "account" {
  source = "../../modules/account_baseline"

  name                     = local.name
  environment              = local.environment
  kms_key_arn              = module.key.key_arn
  ecr_replication_regions  = var.replication_regions
  ecr_replication_prefixes = ["${local.name}-${local.environment}"]
}

module "mcp_server" {
  source = "../../modules/mcp_server"

  name        = local.name
  environment = local.environment

  image_uri                      = var.image_uri
  enable_ecr_repository          = true
  reserved_concurrent_executions = 50
  provisioned_concurrency        = 2

  vpc_id                 = module.vpc.vpc_id
  vpc_subnet_ids         = module.vpc.isolated_subnet_ids
  vpc_security_group_ids = [module.security_groups.lambda_sg_id]
  kms_key_arn            = module.key.key_arn

  custom_domain_name       = local.origin_name
  certificate_arn          = var.origin_certificate_arn
  hosted_zone_id           = var.hosted_zone_id
  origin_verify_secret_arn = local.origin_secret_arn
  enable_health_check      = true

  enable_session_table = true

  alarm_subscriptions = {
    people = { protocol = "email", endpoint = var.alarm_email, tiers = ["P1", "P2", "P3"] }
    pager  = { protocol = "https", endpoint = var.pager_url, tiers = ["P1"] }
  }
}
