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
  name                 = "tools"
  environment          = "prod"
  admin_principal_arns = ["arn:aws:iam::123456789012:role/key-admin"]
}

run "r17_root_administers_without_using" {
  command = plan

  assert {
    condition     = !anytrue([for action in flatten([for s in jsondecode(aws_kms_key.this.policy).Statement : s.Action]) : strcontains(action, "*")])
    error_message = "An action of the key policy has a wildcard."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_kms_key.this.policy).Statement : can(s.Condition.StringEquals["kms:ViaService"])
      if try(s.Principal.AWS, "") == "arn:aws:iam::123456789012:root" && length(setintersection(s.Action, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"])) > 0
    ])
    error_message = "The account can use the key other than through a service."
  }

  assert {
    condition     = contains(jsondecode(aws_kms_key.this.policy).Statement[0].Action, "kms:PutKeyPolicy")
    error_message = "The account cannot repair the key policy."
  }
}

run "r17_administrators_do_not_use_the_key" {
  command = plan

  assert {
    condition     = length(setintersection(one([for s in jsondecode(aws_kms_key.this.policy).Statement : s.Action if s.Sid == "Administrators"]), ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])) == 0
    error_message = "Administrators may use the key."
  }
}

run "r52_rotates_the_key" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.rotation_period_in_days == 365
    error_message = "The key is not rotated once a year."
  }
}

run "x07_cloudwatch_may_publish_to_encrypted_topics" {
  command = plan

  assert {
    condition     = contains([for s in jsondecode(aws_kms_key.this.policy).Statement : try(s.Principal.Service, "")], "cloudwatch.amazonaws.com")
    error_message = "CloudWatch cannot use the key, so that alarms to encrypted topics are dropped."
  }
}

run "services_are_limited_to_this_account" {
  command = plan

  variables {
    service_principals = ["cloudwatch", "events", "logs", "s3", "ses", "sns"]
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_kms_key.this.policy).Statement :
      try(s.Condition.StringEquals["aws:SourceAccount"], "") == "123456789012" || strcontains(try(s.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"], ""), ":123456789012:log-group:")
      if can(s.Principal.Service)
    ])
    error_message = "A service could use the key for another account."
  }

  assert {
    condition     = length([for s in jsondecode(aws_kms_key.this.policy).Statement : s if can(s.Principal.Service)]) == 6
    error_message = "A service lacks its statement."
  }

  assert {
    condition = alltrue([
      for s in jsondecode(aws_kms_key.this.policy).Statement :
      s.Condition.StringEquals["kms:ViaService"] == ["s3.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"]
      if can(s.Condition.StringEquals["kms:ViaService"])
    ])
    error_message = "Callers reach the key through services that were not named."
  }
}

run "no_services_no_usage_by_the_account" {
  command = plan

  variables {
    service_principals   = []
    usage_principal_arns = ["arn:aws:iam::123456789012:role/worker"]
  }

  assert {
    condition     = [for s in jsondecode(aws_kms_key.this.policy).Statement : s.Sid] == ["Account", "Administrators", "Users"]
    error_message = "The policy has statements that nobody asked for."
  }
}

run "other_partitions" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov", dns_suffix = "amazonaws.com" }
  }

  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[0].Principal.AWS == "arn:aws-us-gov:iam::123456789012:root"
    error_message = "The policy names another partition."
  }
}

run "refuses_names" {
  command = plan

  variables {
    name        = "Tools"
    environment = "test"
    cost_center = " "
    tags        = { Project = "other" }
    alias_name  = "aws/ebs"
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.tags, var.alias_name]
}

run "refuses_periods" {
  command = plan

  variables {
    deletion_window_in_days = 7
    rotation_period_in_days = 30
  }

  expect_failures = [var.deletion_window_in_days, var.rotation_period_in_days]
}

run "refuses_a_key_without_administrator" {
  command = plan

  variables {
    admin_principal_arns = []
  }

  expect_failures = [var.admin_principal_arns]
}

run "refuses_administrators_who_use" {
  command = plan

  variables {
    usage_principal_arns = ["arn:aws:iam::123456789012:role/key-admin"]
  }

  expect_failures = [var.usage_principal_arns]
}

run "refuses_unknown_services" {
  command = plan

  variables {
    service_principals = ["ec2"]
  }

  expect_failures = [var.service_principals]
}
