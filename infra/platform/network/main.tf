locals {
  # Public: NAT gateways alone. Private: what calls the internet, behind them. Isolated: Redis, endpoints, the load balancer.
  tiers   = ["public", "private", "isolated"]
  subnets = cidrsubnets(var.cidr_block, [for index in range(16) : 4]...)
  cidrs = {
    for number, tier in local.tiers : tier => slice(local.subnets, number * 4, number * 4 + length(var.availability_zones))
  }
  has_nat        = var.nat_gateways != "none"
  endpoint_zones = coalesce(var.endpoint_zone_count, length(var.availability_zones))
}

module "vpc" {
  source = "../../modules/vpc"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  cidr_block            = var.cidr_block
  availability_zones    = var.availability_zones
  public_subnet_cidrs   = local.cidrs.public
  private_subnet_cidrs  = local.cidrs.private
  isolated_subnet_cidrs = local.cidrs.isolated
  enable_nat_gateway    = local.has_nat
  single_nat_gateway    = var.nat_gateways == "single"

  # The tier that is sent to addresses of users' choice reaches no other private address.
  private_egress_allowed_cidrs = local.has_nat ? local.cidrs.isolated : []

  flow_log_retention_days = var.log_retention_days
  flow_log_kms_key_arn    = var.logs_kms_key_arn
}

module "endpoints" {
  source = "../../modules/vpc_endpoints"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  vpc_id              = module.vpc.vpc_id
  vpc_cidr_block      = var.cidr_block
  route_table_ids     = concat(module.vpc.private_route_table_ids, module.vpc.isolated_route_table_ids)
  interface_endpoints = var.interface_endpoints
  subnet_ids          = slice(module.vpc.isolated_subnet_ids, 0, local.endpoint_zones)
  security_group_ids  = [module.security_groups.endpoint_sg_id]
}

module "security_groups" {
  source = "../../modules/security_groups"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  vpc_id        = module.vpc.vpc_id
  groups        = ["egress_worker", "redis", "endpoint", "web", "app"]
  redis_clients = ["egress_worker"]
  app_port      = 8081

  web_ingress_cidrs           = local.cidrs.isolated
  web_ingress_prefix_list_ids = { for id in compact([var.cloudfront_prefix_list_id]) : "cloudfront" => id }
}
