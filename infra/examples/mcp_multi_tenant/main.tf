# One MCP server for many tenants: execution environments, rows, objects and secrets of one tenant are out of the others' reach, and each
# tenant's use is counted.
provider "aws" {
  region = var.region
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  name        = "ai-tools"
  environment = "prod"
  account_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}"

  alarm_subscriptions = {
    people = { protocol = "email", endpoint = var.alarm_email, tiers = ["P1", "P2", "P3"] }
    pager  = { protocol = "https", endpoint = var.pager_url, tiers = ["P1"] }
  }

  tenant_session_seconds = 900
}

# Only a REST API can tell an isolated function the tenant, and it takes a web ACL of its own.
module "mcp_server" {
  source = "../../modules/mcp_server"

  name        = local.name
  environment = local.environment

  image_uri                      = var.image_uri
  timeout                        = 28
  reserved_concurrent_executions = 50
  environment_variables          = { TENANT_SESSION_SECONDS = tostring(local.tenant_session_seconds) }

  api_type                = "REST"
  enable_tenant_isolation = true
  tenant_ids              = keys(var.tenants)
  metered_tenant_ids      = var.metered_tenant_ids
  waf_acl_arn             = var.waf_acl_arn
  custom_domain_name      = var.domain_name
  certificate_arn         = var.certificate_arn
  hosted_zone_id          = var.hosted_zone_id
  enable_health_check     = true

  route_throttle_overrides = {
    "POST /mcp" = { throttling_rate_limit = 50, throttling_burst_limit = 25 }
  }

  vpc_id                 = module.vpc.vpc_id
  vpc_subnet_ids         = module.vpc.isolated_subnet_ids
  vpc_security_group_ids = [module.security_groups.lambda_sg_id]
  kms_key_arn            = var.kms_key_arn

  alarm_subscriptions = local.alarm_subscriptions
}

module "tenants" {
  source = "../../modules/mcp_token_vending_machine"

  name        = local.name
  environment = local.environment

  lambda_role_arn         = module.mcp_server.lambda_role_arn
  lambda_role_name        = module.mcp_server.lambda_role_name
  tenant_role_arn_pattern = "${local.account_arn}:role/mcp-tenant-*"
  tenants                 = var.tenants
  table_arns              = [module.mcp_server.session_table_arn]
  secret_arn_prefix       = "arn:${data.aws_partition.current.partition}:secretsmanager:${var.region}:${data.aws_caller_identity.current.account_id}:secret:${local.name}-${local.environment}"
  kms_key_arn             = var.kms_key_arn
  tenant_session_duration = local.tenant_session_seconds
}

module "metering" {
  source = "../../modules/mcp_tenant_metering"

  name        = local.name
  environment = local.environment

  kms_key_arn        = var.kms_key_arn
  lambda_role_name   = module.mcp_server.lambda_role_name
  api_log_group_name = module.mcp_server.api_log_group_name
  metered_tenant_ids = var.metered_tenant_ids
  alarm_topic_arns   = module.mcp_server.alarm_topic_arns
}
