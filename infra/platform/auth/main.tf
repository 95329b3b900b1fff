data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  identity = jsondecode(file("${path.module}/../../topology.json")).identity
  pool     = local.identity.user_pool
  app      = local.identity.app_client
  machine  = local.identity.machine_client
  region   = data.aws_region.current.name
  host     = "cognito-idp.${local.region}.${data.aws_partition.current.dns_suffix}"

  names         = { for key, name in { pool = local.pool.name, app = local.app.name, machine = local.machine.name } : key => replace(name, "{env}", var.environment) }
  domain_prefix = coalesce(var.domain_prefix, "${var.name}-${var.environment}-${data.aws_caller_identity.current.account_id}")

  issuer    = "https://${local.host}/${aws_cognito_user_pool.this.id}"
  token_url = "https://${aws_cognito_user_pool_domain.this.domain}.auth.${local.region}.amazoncognito.com/oauth2/token"

  custom_attributes   = [for name in keys(local.pool.custom_attributes) : "custom:${name}"]
  writable_attributes = [for name, attribute in local.pool.custom_attributes : "custom:${name}" if attribute.client_writable]
  sign_in_page        = length(var.callback_urls) > 0

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "auth"
  })
}
