mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  environment   = "dev"
  artifacts_dir = "artifacts"

  availability_zones  = ["us-east-1a", "us-east-1b"]
  nat_gateways        = "single"
  endpoint_zone_count = 1
  enable_waf          = false
  log_retention_days  = 7
}

run "each_class_of_data_has_its_key" {
  command = plan

  assert {
    condition     = keys(module.key) == ["data", "logs", "messaging", "secrets"]
    error_message = "The platform has four keys."
  }

  assert {
    condition     = length(output.nat_public_ips) == 1 && length(module.cache) == 1
    error_message = "Dev has one NAT gateway and Redis, unless they are left out."
  }
}

run "dev_without_what_costs_by_the_hour" {
  command = plan

  variables {
    enable_network = false
    enable_cdn     = false
  }

  assert {
    condition     = length(module.network) == 0 && length(module.cache) == 0 && output.distribution == null && length(output.functions) == 5
    error_message = "Without a network there are the functions, without VPC, Redis and CloudFront."
  }
}

run "r60_what_only_dev_may_leave_out" {
  command = plan

  variables {
    environment        = "staging"
    enable_network     = false
    enable_cache       = false
    enable_waf         = true
    log_retention_days = 90
  }

  expect_failures = [var.enable_network, var.enable_cache, var.public_url]
}

run "r60_the_network_needs_zones" {
  command = plan

  variables {
    availability_zones = []
  }

  expect_failures = [var.availability_zones]
}

run "r60_a_certificate_needs_its_name" {
  command = plan

  variables {
    websocket_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/ws"
  }

  expect_failures = [var.websocket_domain_name]
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name = "MCP"
    tags = { Environment = "dev" }
  }

  expect_failures = [var.name, var.tags]
}

run "r60_the_environment_is_one_of_three" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}

run "r60_another_region_needs_a_key_for_the_edge" {
  command = plan

  variables {
    enable_waf = true
  }

  override_data {
    target = data.aws_region.current
    values = { name = "eu-central-1" }
  }

  expect_failures = [var.edge_logs_kms_key_arn]
}
