mock_provider "aws" {
  source = "./tests/mocks"
}

run "r18_each_role_is_for_one_tenant" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.tenant["acme"].assume_role_policy).Statement[0].Condition == {
      StringEquals                = { "aws:RequestTag/tenant-id" = "acme" }
      "ForAllValues:StringEquals" = { "aws:TagKeys" = ["tenant-id"] }
      Null                        = { "aws:RequestTag/tenant-id" = "false" }
    }
    error_message = "A session of acme tells the tenant acme, and nothing else."
  }

  assert {
    condition     = !strcontains(join("", [for role in aws_iam_role.tenant : role.assume_role_policy]), "*")
    error_message = "No trust policy has a wildcard."
  }

  assert {
    condition     = aws_iam_role.tenant["acme"].name == "mcp-tenant-acme"
    error_message = "Names of roles fit the pattern that the server may assume."
  }
}

run "the_server_may_become_tenants_only" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.sts.policy).Statement == [{
      Sid      = "BecomeOneTenant"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:TagSession"]
      Resource = [var.tenant_role_arn_pattern]
      Condition = {
        "ForAllValues:StringEquals" = { "aws:TagKeys" = ["tenant-id"] }
        Null                        = { "aws:RequestTag/tenant-id" = "false" }
      }
    }]
    error_message = "The server assumes roles of tenants, telling the tenant, and no other role."
  }
}

run "r54_own_items_only" {
  command = plan

  assert {
    condition = one([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Condition if statement.Sid == "OwnItems"]) == {
      "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = ["$${aws:PrincipalTag/tenant-id}"] }
      Null                        = { "dynamodb:LeadingKeys" = "false" }
    }
    error_message = "Items of other tenants are out of reach, also for requests without a key."
  }

  assert {
    condition     = !strcontains(aws_iam_policy.boundary.policy, "dynamodb:Scan") && !strcontains(aws_iam_policy.boundary.policy, "/index/")
    error_message = "Nothing reads a table or an index across tenants."
  }
}

run "r16_no_grant_without_resource" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : !contains(statement.Resource, "*") && !anytrue([for action in statement.Action : strcontains(action, "*")]) if statement.Effect == "Allow"])
    error_message = "Each grant names its resources and actions."
  }

  # A tag compared with itself is always equal.
  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : !can(statement.Condition.StringEquals["aws:PrincipalTag/tenant-id"]) if statement.Effect == "Allow"])
    error_message = "No condition compares the tenant's tag with itself."
  }
}

run "r59_boundary_on_every_role" {
  command = plan

  assert {
    condition     = alltrue([for role in aws_iam_role.tenant : role.permissions_boundary == "arn:aws:iam::123456789012:policy/tools-prod-tenant-boundary"])
    error_message = "Every tenant's role carries the boundary."
  }

  assert {
    condition     = toset(one([for statement in jsondecode(aws_iam_policy.boundary.policy).Statement : statement.Action if statement.Effect == "Deny"])) == toset(["account:*", "iam:*", "organizations:*", "sts:AssumeRole*"])
    error_message = "A tenant's session cannot change rights or take other roles."
  }
}

run "own_objects_secrets_and_keys" {
  command = plan

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.tenant["acme"].policy).Statement : statement.Sid => statement.Resource if statement.Effect == "Allow" } == {
      OwnItems           = [for arn in var.table_arns : arn]
      OwnObjects         = ["arn:aws:s3:::tools-prod-data/tenants/acme/*"]
      OwnListing         = [for arn in var.bucket_arns : arn]
      OwnSecrets         = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:tenants/acme/*"]
      KeyThroughServices = [var.kms_key_arn]
    }
    error_message = "The role of acme reaches what is acme's."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.tenant["globex"].policy).Statement : statement.Sid => statement.Action if statement.Effect == "Allow" } == {
      OwnItems   = ["dynamodb:GetItem"]
      OwnObjects = ["s3:GetObject"]
      OwnListing = ["s3:ListBucket"]
    }
    error_message = "A tenant with actions of its own has those and no others."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.tenant["globex"].policy).Statement : statement.Condition.StringLike["s3:prefix"] if statement.Sid == "OwnListing"]) == ["tenants/globex/exports/*"]
    error_message = "Listing shows the tenant's own prefix."
  }
}

run "nothing_to_reach_is_no_statement" {
  command = plan

  variables {
    table_arns        = []
    bucket_arns       = []
    secret_arn_prefix = null
    kms_key_arn       = null
  }

  assert {
    condition     = alltrue([for policy in [aws_iam_role_policy.tenant["acme"].policy, aws_iam_policy.boundary.policy] : [for statement in jsondecode(policy).Statement : statement.Sid] == ["NoEscalation"]])
    error_message = "A statement without resources would be a malformed policy."
  }
}

run "template_role_when_asked" {
  command = plan

  variables {
    enable_template_role = true
  }

  assert {
    condition     = output.template_role_name == "mcp-tenant-template" && toset(keys(aws_iam_role.tenant)) == toset(["acme", "globex", "template"])
    error_message = "The template role is a tenant's role like any other."
  }
}

run "no_template_role_by_default" {
  command = plan

  assert {
    condition     = output.template_role_name == null
    error_message = "There is no template role unless it is asked for."
  }
}
