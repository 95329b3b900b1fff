mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }

}

run "r36_endpoints_and_no_nat" {
  command = plan

  assert {
    condition     = toset(keys(module.endpoints.endpoint_ids)) == toset(["dynamodb", "kms", "s3", "sts"]) && length(module.vpc.nat_gateway_ids) == 0
    error_message = "The server reaches AWS through endpoints; there is no NAT gateway."
  }
}

run "r02_auth_is_on" {
  command = plan

  assert {
    condition     = output.token_endpoint == "https://my-tools-dev-123456789012.auth.us-east-1.amazoncognito.com/oauth2/token"
    error_message = "Also the smallest server asks for tokens."
  }
}
