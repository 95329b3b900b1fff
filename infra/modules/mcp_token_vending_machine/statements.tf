# The boundary knows the tenant by the session's tag, a role by its own name; otherwise their statements are the same.
locals {
  holders = merge(
    { boundary = { actions = var.allowed_actions, tenant = "$${aws:PrincipalTag/tenant-id}", prefix = "" } },
    { for tenant, settings in local.tenants : tenant => {
      actions = coalesce(settings.actions, var.allowed_actions)
      tenant  = tenant
      prefix  = settings.s3_prefix == null ? "" : "${settings.s3_prefix}/"
    } },
  )

  # Actions by service, listing a bucket apart from its objects.
  actions = { for holder, settings in local.holders : holder => {
    dynamodb       = [for action in sort(settings.actions) : action if startswith(action, "dynamodb:")]
    objects        = [for action in sort(settings.actions) : action if startswith(action, "s3:") && action != "s3:ListBucket"]
    list           = [for action in sort(settings.actions) : action if action == "s3:ListBucket"]
    secretsmanager = [for action in sort(settings.actions) : action if startswith(action, "secretsmanager:")]
    kms            = [for action in sort(settings.actions) : action if startswith(action, "kms:")]
  } }

  # Without a resource there is no statement: an empty list of resources is a malformed policy.
  statements = { for holder, settings in local.holders : holder => [for statement in [
    {
      Sid      = "OwnItems"
      Effect   = "Allow"
      Action   = local.actions[holder].dynamodb
      Resource = var.table_arns
      Condition = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = [settings.tenant] }
        # ForAllValues is true when there is no key at all.
        Null = { "dynamodb:LeadingKeys" = "false" }
      }
    },
    {
      Sid       = "OwnObjects"
      Effect    = "Allow"
      Action    = local.actions[holder].objects
      Resource  = [for bucket in var.bucket_arns : "${bucket}/tenants/${settings.tenant}/${settings.prefix}*"]
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    },
    {
      Sid       = "OwnListing"
      Effect    = "Allow"
      Action    = local.actions[holder].list
      Resource  = var.bucket_arns
      Condition = { StringLike = { "s3:prefix" = ["tenants/${settings.tenant}/${settings.prefix}*"] } }
    },
    {
      Sid       = "OwnSecrets"
      Effect    = "Allow"
      Action    = local.actions[holder].secretsmanager
      Resource  = var.secret_arn_prefix == null ? [] : ["${var.secret_arn_prefix}/${settings.tenant}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    },
    {
      Sid       = "KeyThroughServices"
      Effect    = "Allow"
      Action    = local.actions[holder].kms
      Resource  = compact([var.kms_key_arn])
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "s3", "secretsmanager"] : "${service}.${data.aws_region.current.name}.amazonaws.com"] } }
    },
  ] : statement if length(statement.Action) > 0 && length(statement.Resource) > 0] }

  # Whatever other policies come to say; also keeps a policy from having no statement, which IAM refuses.
  never = [
    {
      Sid      = "NoEscalation"
      Effect   = "Deny"
      Action   = ["account:*", "iam:*", "organizations:*", "sts:AssumeRole*"]
      Resource = ["*"]
    },
  ]
}
