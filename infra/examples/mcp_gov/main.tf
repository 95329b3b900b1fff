# An MCP server in GovCloud: endpoints with validated cryptography (FIPS 140), client certificates, and a web ACL on the API itself, since
# there is no CloudFront.
provider "aws" {
  region            = var.region
  use_fips_endpoint = var.use_fips_endpoint
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  name        = "ai-tools"
  environment = "prod"
}

module "key" {
  source = "../../modules/kms"

  name                 = local.name
  environment          = local.environment
  admin_principal_arns = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.key_admin_role}"]
}

module "mcp_server" {
  source = "../../modules/mcp_server"

  name        = local.name
  environment = local.environment

  image_uri                      = var.image_uri
  timeout                        = 28
  reserved_concurrent_executions = 50
  provisioned_concurrency        = 2
  environment_variables          = { AWS_USE_FIPS_ENDPOINT = tostring(var.use_fips_endpoint) }

  api_type                = "REST"
  waf_acl_arn             = var.waf_acl_arn
  custom_domain_name      = var.domain_name
  certificate_arn         = var.certificate_arn
  hosted_zone_id          = var.hosted_zone_id
  enable_mtls             = true
  mtls_truststore_uri     = var.truststore.uri
  mtls_truststore_version = var.truststore.version

  vpc_id                 = module.vpc.vpc_id
  vpc_subnet_ids         = module.vpc.isolated_subnet_ids
  vpc_security_group_ids = [module.security_groups.lambda_sg_id]
  kms_key_arn            = module.key.key_arn

  enable_session_table      = true
  audit_log_destination_arn = var.audit_log_destination_arn

  alarm_subscriptions = {
    people = { protocol = "email", endpoint = var.alarm_email, tiers = ["P1", "P2", "P3"] }
    pager  = { protocol = "https", endpoint = var.pager_url, tiers = ["P1"] }
  }
}
