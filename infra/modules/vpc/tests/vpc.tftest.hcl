mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name                  = "tools"
  environment           = "prod"
  cidr_block            = "10.20.0.0/16"
  availability_zones    = ["us-east-1a", "us-east-1b", "us-east-1c"]
  public_subnet_cidrs   = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
  private_subnet_cidrs  = ["10.20.16.0/20", "10.20.32.0/20", "10.20.48.0/20"]
  isolated_subnet_cidrs = ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
  enable_nat_gateway    = true
  flow_log_kms_key_arn  = "arn:aws:kms:us-east-1:123456789012:key/logs"
}

run "three_tiers_in_every_zone" {
  command = plan

  assert {
    condition     = length(aws_subnet.this) == 9 && aws_subnet.this["isolated-us-east-1b"].cidr_block == "10.20.80.0/20" && aws_subnet.this["isolated-us-east-1b"].availability_zone == "us-east-1b"
    error_message = "A tier lacks its subnet in a zone."
  }

  assert {
    condition     = length(aws_route_table.this) == 9 && length(aws_route_table_association.this) == 9
    error_message = "A subnet has no route table of its own."
  }

  assert {
    condition     = !anytrue([for subnet in aws_subnet.this : subnet.map_public_ip_on_launch])
    error_message = "Instances get a public address unasked."
  }
}

run "r05_one_nat_per_zone" {
  command = plan

  assert {
    condition     = length(aws_nat_gateway.this) == length(var.availability_zones) && length(aws_eip.nat) == length(var.availability_zones)
    error_message = "A zone has no NAT gateway of its own."
  }
}

run "r05_refuses_a_single_nat_in_prod" {
  command = plan

  variables {
    single_nat_gateway = true
  }

  expect_failures = [var.single_nat_gateway]
}

run "r05_a_single_nat_serves_all_zones_elsewhere" {
  command = plan

  variables {
    environment        = "staging"
    single_nat_gateway = true
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["us-east-1a"] && length(aws_route.nat) == 3
    error_message = "Zones without a NAT gateway have no way out."
  }
}

run "r15_isolated_subnets_have_no_way_out" {
  command = plan

  assert {
    condition     = keys(aws_route.nat) == ["private-us-east-1a", "private-us-east-1b", "private-us-east-1c"]
    error_message = "The NAT gateways serve other subnets than the private ones."
  }

  assert {
    condition     = keys(aws_route.public) == ["public-us-east-1a", "public-us-east-1b", "public-us-east-1c"]
    error_message = "The internet gateway serves other subnets than the public ones."
  }
}

run "r15_no_nat_unless_asked" {
  command = plan

  variables {
    enable_nat_gateway = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_route.nat) == 0
    error_message = "There is a NAT gateway that nobody asked for."
  }
}

run "r44_dual_stack" {
  command = plan

  variables {
    enable_ipv6 = true
  }

  assert {
    condition     = aws_vpc.this.assign_generated_ipv6_cidr_block && alltrue([for subnet in aws_subnet.this : subnet.assign_ipv6_address_on_creation])
    error_message = "Subnets do not speak IPv6."
  }

  assert {
    condition     = length(aws_egress_only_internet_gateway.this) == 1 && length(aws_route.egress_ipv6) == 3 && length(aws_route.public_ipv6) == 3
    error_message = "IPv6 has no way out, or one in."
  }

  assert {
    condition     = [for number in [1200, 1201, 1202] : aws_network_acl_rule.this["private-outbound-${number}"].rule_action] == ["deny", "deny", "deny"]
    error_message = "The egress tier reaches private IPv6 addresses, or the VPC's own."
  }
}

run "r55_defaults_reach_nothing" {
  command = plan

  assert {
    condition     = length(coalesce(aws_default_network_acl.this.ingress, [])) == 0 && length(coalesce(aws_default_network_acl.this.egress, [])) == 0
    error_message = "The default network ACL lets something through."
  }
}

run "r56_logs_flows" {
  command = plan

  assert {
    condition     = aws_flow_log.this[0].traffic_type == "ALL"
    error_message = "Flows are not logged, or not all."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.flow[0].policy).Statement[0].Resource[0] == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vpc/tools-prod/flows"
    error_message = "The role may write to other log groups than its own."
  }
}

run "r56_refuses_prod_without_flow_logs" {
  command = plan

  variables {
    enable_flow_logs = false
  }

  expect_failures = [var.enable_flow_logs]
}

run "r47_keeps_flows_for_a_year" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.flow[0].retention_in_days == 365 && aws_cloudwatch_log_group.flow[0].kms_key_id == var.flow_log_kms_key_arn
    error_message = "Flow logs are not kept for a year, or not encrypted."
  }
}

run "r47_refuses_short_retention" {
  command = plan

  variables {
    flow_log_retention_days = 30
  }

  expect_failures = [var.flow_log_retention_days]
}

run "r51_refuses_flow_logs_without_key" {
  command = plan

  variables {
    flow_log_kms_key_arn = null
  }

  expect_failures = [var.flow_log_kms_key_arn]
}

run "egress_tier_reaches_no_private_address" {
  command = plan

  variables {
    private_egress_allowed_cidrs = ["10.20.64.0/20", "10.20.80.0/20"]
  }

  assert {
    condition = toset([
      for rule in aws_network_acl_rule.this : rule.cidr_block if rule.egress && rule.rule_action == "deny"
    ]) == toset(["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"])
    error_message = "A private range is not denied."
  }

  assert {
    condition = alltrue([
      for key, rule in aws_network_acl_rule.this : startswith(key, "private-outbound-") && rule.rule_number < 300 if rule.rule_action == "deny"
    ]) && aws_network_acl_rule.this["private-outbound-300"].cidr_block == "0.0.0.0/0"
    error_message = "The internet is allowed before private ranges are denied."
  }

  assert {
    condition     = aws_network_acl_rule.this["private-outbound-101"].cidr_block == "10.20.80.0/20" && aws_network_acl_rule.this["private-outbound-101"].rule_action == "allow"
    error_message = "The egress tier does not reach what it was allowed."
  }
}

run "only_https_and_answers_come_in" {
  command = plan

  assert {
    condition = alltrue([
      for key, rule in aws_network_acl_rule.this :
      rule.protocol == "tcp" && (rule.from_port >= 1024 || rule.from_port == 443 && rule.to_port == 443) && !(rule.from_port <= 3389 && rule.to_port >= 3389)
      if !rule.egress
    ])
    error_message = "A port is open that nothing serves."
  }

  assert {
    condition     = [for key, rule in aws_network_acl_rule.this : key if !rule.egress && rule.from_port == 443 && rule.cidr_block == "0.0.0.0/0"] == ["public-inbound-210"]
    error_message = "The internet reaches HTTPS outside the public tier, or not in it."
  }
}

run "refuses_names" {
  command = plan

  variables {
    name        = "Tools"
    environment = "test"
    cost_center = ""
    tags        = { ManagedBy = "hand" }
    cidr_block  = "10.0.0.0/8"
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.tags, var.cidr_block]
}

run "refuses_one_zone" {
  command = plan

  variables {
    availability_zones    = ["us-east-1a"]
    public_subnet_cidrs   = []
    private_subnet_cidrs  = []
    isolated_subnet_cidrs = []
    enable_nat_gateway    = false
  }

  expect_failures = [var.availability_zones]
}

run "refuses_tiers_with_holes" {
  command = plan

  variables {
    public_subnet_cidrs   = ["10.20.0.0/24"]
    private_subnet_cidrs  = ["10.20.16.0/20"]
    isolated_subnet_cidrs = ["10.20.64.0/20"]
    enable_nat_gateway    = false
  }

  expect_failures = [var.public_subnet_cidrs, var.private_subnet_cidrs, var.isolated_subnet_cidrs]
}

run "refuses_a_nat_without_public_subnets" {
  command = plan

  variables {
    public_subnet_cidrs = []
  }

  expect_failures = [var.enable_nat_gateway]
}

run "refuses_all_private_addresses_for_egress" {
  command = plan

  variables {
    private_egress_allowed_cidrs = ["10.0.0.0/8"]
  }

  expect_failures = [var.private_egress_allowed_cidrs]
}

run "refuses_public_addresses_in_prod" {
  command = plan

  variables {
    map_public_ip_on_launch = true
  }

  expect_failures = [var.map_public_ip_on_launch]
}
