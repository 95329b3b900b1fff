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

variables {
  environment        = "prod"
  availability_zones = ["us-east-1a", "us-east-1b"]
  logs_kms_key_arn   = "arn:aws:kms:us-east-1:111122223333:key/logs"
}

run "r05_one_nat_per_zone" {
  command = plan

  assert {
    condition     = length(output.nat_public_ips) == 2
    error_message = "Each zone needs a NAT gateway of its own in prod."
  }
}

run "r05_a_single_nat_is_refused_in_prod" {
  command = plan

  variables {
    nat_gateways = "single"
  }

  expect_failures = [var.nat_gateways]
}

run "tiers_do_not_overlap" {
  command = plan

  assert {
    condition = jsonencode(local.cidrs) == jsonencode({
      public   = ["10.40.0.0/20", "10.40.16.0/20"]
      private  = ["10.40.64.0/20", "10.40.80.0/20"]
      isolated = ["10.40.128.0/20", "10.40.144.0/20"]
    })
    error_message = "Each tier has a quarter of the range, and each zone a part of that."
  }
}

run "r36_endpoints_are_in_every_zone" {
  command = plan

  assert {
    condition     = local.endpoint_zones == 2 && length(var.interface_endpoints) == 4
    error_message = "Four services must be reached inside the VPC, in both zones."
  }
}

run "dev_may_be_cheap" {
  command = plan

  variables {
    environment         = "dev"
    nat_gateways        = "single"
    endpoint_zone_count = 1
  }

  assert {
    condition     = length(output.nat_public_ips) == 1 && local.endpoint_zones == 1
    error_message = "One NAT gateway and one zone of endpoints are enough in dev."
  }
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name                      = "MCP"
    tags                      = { Environment = "dev" }
    log_retention_days        = 8
    logs_kms_key_arn          = "logs"
    cidr_block                = "10.40.0.0/28"
    nat_gateways              = "two"
    cloudfront_prefix_list_id = "cloudfront"
  }

  expect_failures = [
    var.name, var.tags, var.log_retention_days, var.logs_kms_key_arn, var.cidr_block, var.nat_gateways, var.cloudfront_prefix_list_id,
  ]
}

run "r60_one_zone_is_too_few" {
  command = plan

  variables {
    availability_zones = ["us-east-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "r60_endpoints_of_prod_are_in_every_zone" {
  command = plan

  variables {
    endpoint_zone_count = 1
  }

  expect_failures = [var.endpoint_zone_count]
}

run "r60_the_environment_is_one_of_three" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}
