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
  name        = "tools"
  environment = "prod"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/traces"
}

run "r27_replicates_images" {
  command = plan

  variables {
    ecr_replication_regions  = ["us-west-2", "eu-central-1"]
    ecr_replication_prefixes = ["tools-"]
  }

  assert {
    condition = toset([
      for destination in aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].destination : "${destination.registry_id} ${destination.region}"
    ]) == toset(["123456789012 eu-central-1", "123456789012 us-west-2"])
    error_message = "Images are not copied to the Regions named."
  }

  assert {
    condition     = aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].repository_filter[0].filter == "tools-"
    error_message = "Other repositories are copied too."
  }
}

run "r27_no_replication_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_ecr_replication_configuration.this) == 0
    error_message = "The registry's replication is set though nobody asked for it."
  }
}

run "r42_activates_the_tags_of_the_bill" {
  command = plan

  assert {
    condition     = [for tag in aws_ce_cost_allocation_tag.this : "${tag.tag_key} ${tag.status}"] == ["CostCenter Active", "Service Active", "Tenant Active"]
    error_message = "The bill is not split by cost centre, service and tenant."
  }
}

run "traces_are_encrypted" {
  command = plan

  assert {
    condition     = aws_xray_encryption_config.this.type == "KMS" && aws_xray_encryption_config.this.key_id == var.kms_key_arn
    error_message = "X-Ray does not use the key."
  }
}

run "api_gateway_may_log" {
  command = plan

  assert {
    condition     = aws_iam_role_policy_attachment.api_gateway.policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs" && length(aws_iam_role.ci) == 0
    error_message = "API Gateway cannot write logs, or CI got a role that nobody asked for."
  }
}

run "ci_deploys_without_keys" {
  command = plan

  variables {
    ci = {
      subjects                 = ["repo:example/tools:environment:prod"]
      policy_arns              = { deploy = "arn:aws:iam::123456789012:policy/deploy" }
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/deploy-boundary"
    }
  }

  assert {
    condition = jsondecode(aws_iam_role.ci["this"].assume_role_policy).Statement[0].Condition == {
      StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = ["repo:example/tools:environment:prod"]
      }
    }
    error_message = "Others than the named subjects may deploy."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.ci["deploy"].policy_arn == "arn:aws:iam::123456789012:policy/deploy" && aws_iam_role.ci["this"].permissions_boundary == "arn:aws:iam::123456789012:policy/deploy-boundary"
    error_message = "The role does not have exactly its policy, or no boundary."
  }
}

run "r18_refuses_wildcard_subjects" {
  command = plan

  variables {
    ci = {
      subjects                 = ["repo:example/tools:*"]
      policy_arns              = {}
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/deploy-boundary"
    }
  }

  expect_failures = [var.ci]
}

run "refuses_an_issuer_with_scheme" {
  command = plan

  variables {
    ci = {
      issuer                   = "https://token.actions.githubusercontent.com"
      subjects                 = ["repo:example/tools:environment:prod"]
      policy_arns              = {}
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/deploy-boundary"
    }
  }

  expect_failures = [var.ci]
}

run "refuses_administrators_as_ci" {
  command = plan

  variables {
    ci = {
      subjects                 = ["repo:example/tools:environment:prod"]
      policy_arns              = { all = "arn:aws:iam::aws:policy/AdministratorAccess" }
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/deploy-boundary"
    }
  }

  expect_failures = [var.ci]
}

run "refuses_names" {
  command = plan

  variables {
    name                    = "Tools"
    environment             = "test"
    cost_center             = ""
    tags                    = { CostCenter = "other" }
    kms_key_arn             = "alias/traces"
    ecr_replication_regions = ["Oregon"]
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.tags, var.kms_key_arn, var.ecr_replication_regions]
}
