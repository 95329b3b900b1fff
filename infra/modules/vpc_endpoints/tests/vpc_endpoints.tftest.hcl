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
  name            = "tools"
  environment     = "prod"
  vpc_id          = "vpc-1"
  vpc_cidr_block  = "10.20.0.0/16"
  route_table_ids = ["rtb-a", "rtb-b"]
  subnet_ids      = ["subnet-a", "subnet-b"]
}

run "r13_endpoints_that_functions_need" {
  command = plan

  assert {
    condition = toset([for endpoint in aws_vpc_endpoint.interface : endpoint.service_name]) == toset([
      "com.amazonaws.us-east-1.kms", "com.amazonaws.us-east-1.logs", "com.amazonaws.us-east-1.sts", "com.amazonaws.us-east-1.xray",
    ])
    error_message = "The interface endpoints are not sts, kms, logs and xray."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "Functions would still resolve the public names."
  }

  assert {
    condition     = toset(keys(aws_vpc_endpoint.gateway)) == toset(["dynamodb", "s3"])
    error_message = "S3 or DynamoDB has no gateway endpoint."
  }
}

run "r13_ecr_is_opt_in" {
  command = plan

  variables {
    interface_endpoints = ["ecr.api", "ecr.dkr"]
  }

  assert {
    condition     = aws_vpc_endpoint.interface["ecr.dkr"].service_name == "com.amazonaws.us-east-1.ecr.dkr" && length(aws_vpc_endpoint.interface) == 2
    error_message = "The endpoints are not exactly those named."
  }
}

run "only_principals_of_the_account" {
  command = plan

  variables {
    endpoint_policies = { kms = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition = alltrue([
      for policy in [aws_vpc_endpoint.interface["sts"].policy, aws_vpc_endpoint.gateway["dynamodb"].policy] :
      [for s in jsondecode(policy).Statement : s.Condition.StringEquals["aws:PrincipalAccount"]] == ["123456789012"]
    ])
    error_message = "Other accounts' credentials could carry data out through an endpoint."
  }

  assert {
    condition     = [for s in jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement : s.Sid] == ["OwnPrincipals", "ImageLayers"]
    error_message = "Containers could not load the layers of their images, or S3 is open to others."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["kms"].policy == var.endpoint_policies["kms"]
    error_message = "The policy given is not used."
  }
}

run "group_admits_https_from_the_vpc" {
  command = plan

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this[0].cidr_ipv4 == "10.20.0.0/16" && aws_vpc_security_group_ingress_rule.this[0].from_port == 443 && aws_vpc_security_group_ingress_rule.this[0].to_port == 443
    error_message = "The group admits something else than HTTPS from the VPC."
  }
}

run "groups_of_the_caller" {
  command = plan

  variables {
    security_group_ids = ["sg-a"]
  }

  assert {
    condition     = length(aws_security_group.this) == 0 && aws_vpc_endpoint.interface["sts"].security_group_ids == toset(["sg-a"])
    error_message = "The caller's group is not used."
  }
}

run "older_switches_fold_into_the_set" {
  command = plan

  variables {
    gateway_endpoints        = ["s3"]
    enable_s3_endpoint       = false
    enable_dynamodb_endpoint = true
  }

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["dynamodb"]
    error_message = "The switches do not add and leave out endpoints."
  }
}

run "r44_dual_stack" {
  command = plan

  variables {
    ip_address_type = "dualstack"
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.ip_address_type == "dualstack" && endpoint.dns_options[0].dns_record_ip_type == "dualstack"])
    error_message = "The endpoints have no IPv6 addresses."
  }
}

run "nothing_asked_nothing_made" {
  command = plan

  variables {
    gateway_endpoints   = []
    interface_endpoints = []
    route_table_ids     = []
    subnet_ids          = []
  }

  assert {
    condition     = length(aws_vpc_endpoint.gateway) + length(aws_vpc_endpoint.interface) + length(aws_security_group.this) == 0
    error_message = "The module makes what nobody asked for."
  }
}

run "refuses_names" {
  command = plan

  variables {
    name            = "Tools"
    environment     = "test"
    cost_center     = ""
    tags            = { Controls = "none" }
    vpc_id          = ""
    vpc_cidr_block  = "10.20"
    ip_address_type = "ipv6"
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.tags, var.vpc_id, var.vpc_cidr_block, var.ip_address_type]
}

run "refuses_unknown_endpoints" {
  command = plan

  variables {
    gateway_endpoints   = ["sqs"]
    interface_endpoints = ["ec2"]
  }

  expect_failures = [var.gateway_endpoints, var.interface_endpoints]
}

run "refuses_endpoints_without_routes_and_zones" {
  command = plan

  variables {
    route_table_ids = []
    subnet_ids      = ["subnet-a"]
  }

  expect_failures = [var.route_table_ids, var.subnet_ids]
}

run "refuses_policies_that_are_none" {
  command = plan

  variables {
    endpoint_policies = { sts = "allow" }
  }

  expect_failures = [var.endpoint_policies]
}

run "refuses_policies_for_nothing" {
  command = plan

  variables {
    endpoint_policies = { lambda = "{\"Statement\":[]}" }
  }

  expect_failures = [var.endpoint_policies]
}
