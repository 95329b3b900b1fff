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


  mock_data "aws_secretsmanager_random_password" {
    defaults = { random_password = "mock" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
}

run "r36_r13_endpoints_and_no_nat" {
  command = plan

  assert {
    condition = toset(keys(module.endpoints.endpoint_ids)) == toset([
      "dynamodb", "kms", "logs", "s3", "secretsmanager", "sqs", "sts", "xray",
    ]) && length(module.vpc.nat_gateway_ids) == 0
    error_message = "The server reaches AWS through six interface endpoints, which the cost table counts, and two gateways; there is no NAT gateway."
  }

  assert {
    condition     = length(module.vpc.isolated_subnet_ids) == 3
    error_message = "The server and its endpoints are in three zones."
  }
}

run "r12_clients_use_the_edge" {
  command = plan

  assert {
    condition     = output.mcp_endpoint_url == "https://tools.example.com/mcp"
    error_message = "Clients are told the name of the distribution, not of the API."
  }
}

run "r27_images_are_replicated" {
  command = plan

  assert {
    condition     = toset(module.account.ecr_replication_regions) == toset(["us-west-2"])
    error_message = "Images are in a second region too."
  }
}

run "region_refused" {
  command = plan

  variables {
    region = "eu-west-1"
  }

  expect_failures = [var.region]
}
