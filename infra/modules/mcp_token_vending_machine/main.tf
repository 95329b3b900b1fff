data "aws_region" "current" {}

locals {
  prefix = "${var.name}-${var.environment}"

  # arn:<partition>:iam::<account>:role/<prefix>-* => <prefix>-
  role_prefix = trimsuffix(split(":role/", var.tenant_role_arn_pattern)[1], "*")

  # Of the account and partition that the roles are in, and known before it exists.
  boundary_name = "${local.prefix}-tenant-boundary"
  boundary_arn  = "${split(":role/", var.tenant_role_arn_pattern)[0]}:policy/${local.boundary_name}"

  tenants = merge(
    { for tenant, settings in var.tenants : tenant => settings },
    var.enable_template_role ? { template = { actions = null, s3_prefix = null } } : {},
  )

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "token-vending-machine"
    Controls    = "AC-3 AC-4 AC-6"
  })
}

# The server's role may only become a tenant, and only by saying which.
resource "aws_iam_role_policy" "sts" {
  name = "${local.prefix}-assume-tenant-roles"
  role = var.lambda_role_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "BecomeOneTenant"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:TagSession"]
      Resource = [var.tenant_role_arn_pattern]
      Condition = {
        "ForAllValues:StringEquals" = { "aws:TagKeys" = ["tenant-id"] }
        Null                        = { "aws:RequestTag/tenant-id" = "false" }
      }
    }]
  })
}

resource "aws_iam_policy" "boundary" {
  name        = local.boundary_name
  description = "The most that a session of a tenant may do: what is the tenant's own"
  policy      = jsonencode({ Version = "2012-10-17", Statement = concat(local.statements.boundary, local.never) })

  tags = local.tags
}

resource "aws_iam_role" "tenant" {
  for_each = local.tenants

  name                 = "${local.role_prefix}${each.key}"
  description          = "What the MCP server ${var.name} may do for the tenant ${each.key}"
  max_session_duration = 3600 # the least that IAM takes; the server asks for SessionSeconds
  permissions_boundary = local.boundary_arn

  # Each role is for one tenant: a session that tells another one, or none, is refused here already.
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.lambda_role_arn }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals                = { "aws:RequestTag/tenant-id" = each.key }
        "ForAllValues:StringEquals" = { "aws:TagKeys" = ["tenant-id"] }
        Null                        = { "aws:RequestTag/tenant-id" = "false" }
      }
    }]
  })

  tags = merge(local.tags, { Tenant = each.key, SessionSeconds = tostring(var.tenant_session_duration) })

  depends_on = [aws_iam_policy.boundary]

  lifecycle {
    precondition {
      condition     = length("${local.role_prefix}${each.key}") <= 64
      error_message = "Shorten the prefix of tenant_role_arn_pattern: with the tenant ${each.key} the role's name is over 64 characters."
    }

    precondition {
      condition     = !(var.enable_template_role && contains(keys(var.tenants), "template"))
      error_message = "Rename the tenant template, or turn enable_template_role off: both are the same role."
    }
  }
}

resource "aws_iam_role_policy" "tenant" {
  for_each = local.tenants

  name   = "own-data"
  role   = aws_iam_role.tenant[each.key].name
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.statements[each.key], local.never) })
}
