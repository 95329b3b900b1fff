# MCP Audit for developers: one of everything, nothing that is paid by the hour and could be left out. With
# `enable_network = false` it costs least, and with `emulator = true` it is applied to a local one.
provider "aws" {
  region            = var.region
  s3_use_path_style = var.emulator
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

module "platform" {
  source = "../../platform/stack"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  environment = "dev"

  enable_network      = var.enable_network
  availability_zones  = ["${var.region}a", "${var.region}b"]
  nat_gateways        = "single"
  interface_endpoints = ["logs", "secretsmanager", "sns", "sqs"]
  endpoint_zone_count = 1

  deletion_protection = var.deletion_protection

  enable_cache     = var.enable_cache
  cache_node_type  = "cache.t4g.micro"
  cache_node_count = 1

  artifacts_dir     = var.artifacts_dir
  architecture      = var.architecture
  container_images  = var.container_images
  tasks_enabled     = var.tasks_enabled
  extra_environment = var.extra_environment

  # Web ACLs would cost more than all else.
  enable_cdn = var.enable_cdn
  enable_waf = false
  public_url = var.public_url

  log_retention_days = 7
}
