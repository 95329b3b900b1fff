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

run "everything_is_deployed" {
  command = plan

  assert {
    condition     = keys(output.platform.functions) == ["alert-sender", "api", "metering-aggregator", "report-generator", "scan-worker"] && keys(output.platform.containers) == ["progress-fanout", "test-orchestrator"]
    error_message = "Prod needs every service."
  }

  assert {
    condition     = alltrue([for function in output.platform.functions : function.reserved_concurrency >= 1 && function.insights])
    error_message = "Every function needs reserved concurrency and a measure of its memory in prod."
  }
}

run "r05_one_nat_per_zone" {
  command = plan

  assert {
    condition     = length(output.platform.nat_public_ips) == 2
    error_message = "Two zones need two NAT gateways."
  }
}
