mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
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
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

run "one_of_everything" {
  command = plan

  assert {
    condition     = length(output.platform.functions) == 5 && length(output.platform.nat_public_ips) == 1
    error_message = "Dev has every function and one NAT gateway."
  }
}

run "nothing_that_costs_by_the_hour" {
  command = plan

  variables {
    enable_network = false
    enable_cdn     = false
  }

  assert {
    condition     = length(output.platform.nat_public_ips) == 0 && output.platform.distribution == null
    error_message = "Without network and CloudFront, dev has neither NAT gateway nor distribution."
  }
}
