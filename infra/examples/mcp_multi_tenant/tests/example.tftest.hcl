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
    condition     = contains(keys(module.endpoints.endpoint_ids), "sts") && length(module.vpc.nat_gateway_ids) == 0
    error_message = "Sessions of tenants come through an endpoint; there is no NAT gateway."
  }
}

run "x01_isolated" {
  command = plan

  assert {
    condition     = module.mcp_server.tenant_isolation_enabled && toset(keys(output.tenant_client_ids)) == toset(["acme", "globex"])
    error_message = "Each tenant has execution environments and a client of its own."
  }
}

run "r59_a_role_per_tenant" {
  command = plan

  assert {
    condition     = toset(keys(output.tenant_role_arns)) == toset(["acme", "globex"])
    error_message = "Each tenant has a role of its own."
  }
}

run "r10_metered" {
  command = plan

  assert {
    condition     = output.usage_table_name == "ai-tools-prod-usage" && toset(keys(module.metering.contributor_rule_arns)) == toset(["errors", "requests"])
    error_message = "What tenants use is added up, and they are ranked."
  }
}
