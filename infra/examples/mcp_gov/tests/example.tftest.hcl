mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws-us-gov" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-gov-west-1" }
  }

}

run "fips_endpoints" {
  command = plan

  assert {
    condition     = var.use_fips_endpoint
    error_message = "AWS is called through endpoints with validated cryptography."
  }
}

run "x05_arns_of_govcloud" {
  command = plan

  assert {
    condition     = startswith(module.mcp_server.lambda_role_arn, "arn:aws-us-gov:") && startswith(module.mcp_server.alias_arn, "arn:aws-us-gov:lambda:us-gov-west-1:")
    error_message = "ARNs are of GovCloud's partition."
  }

  assert {
    condition     = output.token_endpoint == "https://ai-tools-prod-123456789012.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token"
    error_message = "Clients get tokens from the endpoint with validated cryptography."
  }
}

run "r36_endpoints_and_no_nat" {
  command = plan

  assert {
    condition     = length(module.vpc.nat_gateway_ids) == 0
    error_message = "There is no NAT gateway."
  }
}
