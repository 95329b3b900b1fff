# Each run sets values wrong and names the inputs that say so.
mock_provider "aws" {
  source = "./tests/mocks"
}

run "r42_inputs_refused" {
  command = plan

  variables {
    name                    = "Tools"
    environment             = "test"
    tags                    = { Service = "x" }
    cost_center             = ""
    lambda_role_arn         = "tools-prod-server"
    lambda_role_name        = ""
    tenant_role_arn_pattern = "arn:aws:iam::123456789012:role/*"
    tenants                 = { "A*" = {} }
    table_arns              = ["arn:aws:dynamodb:us-east-1:123456789012:table/sessions/index/by-session"]
    bucket_arns             = ["arn:aws:s3:::data/tenants"]
    secret_arn_prefix       = "arn:aws:secretsmanager:us-east-1:123456789012:secret:tenants/"
    kms_key_arn             = "alias/tools"
    tenant_session_duration = 43200
  }

  expect_failures = [
    var.name,
    var.environment,
    var.tags,
    var.cost_center,
    var.lambda_role_arn,
    var.lambda_role_name,
    var.tenant_role_arn_pattern,
    var.tenants,
    var.table_arns,
    var.bucket_arns,
    var.secret_arn_prefix,
    var.kms_key_arn,
    var.tenant_session_duration,
  ]
}

run "r18_short_prefix_refused" {
  command = plan

  variables {
    tenant_role_arn_pattern = "arn:aws:iam::123456789012:role/mcp-*"
  }

  expect_failures = [var.tenant_role_arn_pattern]
}

run "r16_wildcard_action_refused" {
  command = plan

  variables {
    allowed_actions = ["dynamodb:*"]
    tenants         = {}
  }

  expect_failures = [var.allowed_actions]
}

run "r54_scan_refused" {
  command = plan

  variables {
    allowed_actions = ["dynamodb:Scan"]
    tenants         = {}
  }

  expect_failures = [var.allowed_actions]
}

run "r59_action_beyond_the_boundary_refused" {
  command = plan

  variables {
    tenants = { acme = { actions = ["s3:PutObjectAcl"] } }
  }

  expect_failures = [var.tenants]
}

run "wildcard_prefix_refused" {
  command = plan

  variables {
    tenants = { acme = { s3_prefix = "../*" } }
  }

  expect_failures = [var.tenants]
}

run "two_roles_of_one_name_refused" {
  command = plan

  variables {
    tenants              = { template = {} }
    enable_template_role = true
  }

  expect_failures = [aws_iam_role.tenant]
}
