locals {
  administration = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
  ]

  usage = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
  ]

  root = "arn:${local.partition}:iam::${local.account}:root"

  # Services that call AWS KMS as themselves. SNS and S3 do so to deliver to an
  # encrypted queue, and CloudWatch, EventBridge and SES to publish to an
  # encrypted topic: without their statement alarms are dropped in silence.
  direct = {
    cloudwatch = "cloudwatch.amazonaws.com"
    events     = "events.amazonaws.com"
    s3         = "s3.amazonaws.com"
    ses        = "ses.amazonaws.com"
    sns        = "sns.amazonaws.com"
  }

  # Services that call AWS KMS for a caller, with the caller's rights.
  on_behalf = setsubtract(var.service_principals, ["cloudwatch", "events", "logs", "ses"])

  through_services = {
    StringEquals = {
      "kms:CallerAccount" = local.account
      "kms:ViaService"    = [for service in sort(local.on_behalf) : "${service}.${local.region}.${local.dns_suffix}"]
    }
  }

  statements = [
    # The account keeps the right to repair the policy, but has no use of the
    # key: kms:* here would let any administrator of IAM read all data.
    {
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action    = local.administration
      Resource  = "*"
    },
    length(var.admin_principal_arns) > 0 ? {
      Sid       = "Administrators"
      Effect    = "Allow"
      Principal = { AWS = sort(var.admin_principal_arns) }
      Action    = local.administration
      Resource  = "*"
    } : null,
    length(var.usage_principal_arns) > 0 ? {
      Sid       = "Users"
      Effect    = "Allow"
      Principal = { AWS = sort(var.usage_principal_arns) }
      Action    = local.usage
      Resource  = "*"
    } : null,
    length(local.on_behalf) > 0 ? {
      Sid       = "CallersThroughServices"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action    = local.usage
      Resource  = "*"
      Condition = local.through_services
    } : null,
    length(local.on_behalf) > 0 ? {
      Sid       = "GrantsOfServices"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action    = ["kms:CreateGrant"]
      Resource  = "*"
      Condition = merge(local.through_services, { Bool = { "kms:GrantIsForAWSResource" = "true" } })
    } : null,
    contains(var.service_principals, "logs") ? {
      Sid       = "Logs"
      Effect    = "Allow"
      Principal = { Service = "logs.${local.region}.${local.dns_suffix}" }
      Action    = local.usage
      Resource  = "*"
      Condition = {
        ArnLike = {
          "kms:EncryptionContext:aws:logs:arn" = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*"
        }
      }
    } : null,
  ]

  direct_statements = [
    for service in sort(setintersection(var.service_principals, keys(local.direct))) : {
      Sid       = "Service${title(service)}"
      Effect    = "Allow"
      Principal = { Service = local.direct[service] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }
  ]

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([for statement in local.statements : statement if statement != null], local.direct_statements)
  })
}
