# The least that an MCP server needs, in one zone, to try it out: a key, a network without a way to the internet, the server.
provider "aws" {
  region = var.region
}

locals {
  name        = "my-tools"
  environment = "dev"
}

module "key" {
  source = "../../modules/kms"

  name        = local.name
  environment = local.environment
}

module "vpc" {
  source = "../../modules/vpc"

  name        = local.name
  environment = local.environment

  cidr_block            = "10.0.0.0/16"
  availability_zones    = ["${var.region}a"]
  isolated_subnet_cidrs = ["10.0.0.0/24"]
  flow_log_kms_key_arn  = module.key.key_arn
}

module "endpoints" {
  source = "../../modules/vpc_endpoints"

  name        = local.name
  environment = local.environment

  vpc_id              = module.vpc.vpc_id
  vpc_cidr_block      = module.vpc.vpc_cidr_block
  route_table_ids     = module.vpc.isolated_route_table_ids
  interface_endpoints = ["kms", "sts"]
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

module "mcp_server" {
  source = "../../modules/mcp_server"

  name        = local.name
  environment = local.environment
  image_uri   = var.image_uri

  vpc_id                 = module.vpc.vpc_id
  vpc_subnet_ids         = module.vpc.isolated_subnet_ids
  vpc_security_group_ids = [module.security_groups.lambda_sg_id]
  kms_key_arn            = module.key.key_arn
}
