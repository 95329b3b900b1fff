# The server calls AWS only, through endpoints: no NAT gateway, no route to the internet.
module "vpc" {
  source = "../../modules/vpc"

  name        = local.name
  environment = local.environment

  cidr_block            = "10.0.0.0/16"
  availability_zones    = [for zone in ["a", "b", "c"] : "${var.region}${zone}"]
  isolated_subnet_cidrs = ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
  flow_log_kms_key_arn  = module.key.key_arn
}

module "endpoints" {
  source = "../../modules/vpc_endpoints"

  name        = local.name
  environment = local.environment

  vpc_id              = module.vpc.vpc_id
  vpc_cidr_block      = module.vpc.vpc_cidr_block
  route_table_ids     = module.vpc.isolated_route_table_ids
  interface_endpoints = ["kms", "logs", "secretsmanager", "sqs", "sts", "xray"]
  subnet_ids          = module.vpc.isolated_subnet_ids
  security_group_ids  = [module.security_groups.endpoint_sg_id]
}

module "security_groups" {
  source = "../../modules/security_groups"

  name        = local.name
  environment = local.environment

  vpc_id                  = module.vpc.vpc_id
  groups                  = ["endpoint", "lambda"]
  gateway_prefix_list_ids = module.endpoints.prefix_list_ids
}
