variable "name" {
  description = "Name of the MCP server, the first part of every resource's name"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Choose a name of 1 to 40 lower-case letters, digits and hyphens that starts with a letter."
  }
}

variable "environment" {
  description = "Deployment environment: dev, staging or prod"
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "Set environment to dev, staging or prod."
  }
}

variable "tags" {
  description = "Tags added to every resource"
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["Environment", "ManagedBy", "Project", "CostCenter", "Service", "Controls"])) == 0
    error_message = "Leave Environment, ManagedBy, Project, CostCenter, Service and Controls to the module; cost_center sets CostCenter."
  }
}

variable "cost_center" {
  description = "Cost centre that the resources are accounted to"
  type        = string
  default     = "mcp"

  validation {
    condition     = length(var.cost_center) > 0
    error_message = "Name the cost centre; cost reports group by it."
  }
}

variable "lambda_role_arn" {
  description = "Role that hands out sessions of tenants: the execution role of the MCP server"
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.lambda_role_arn))
    error_message = "Give the ARN of an IAM role."
  }
}

variable "lambda_role_name" {
  description = "Name of that role"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.lambda_role_name))
    error_message = "Give the name of an IAM role: 1 to 64 characters."
  }
}

variable "tenant_role_arn_pattern" {
  description = "Pattern of the ARNs of tenant roles, which also names them: arn:<partition>:iam::<account>:role/<prefix>-*"
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_-]{7,19}-\\*$", var.tenant_role_arn_pattern))
    error_message = "End tenant_role_arn_pattern with role/<prefix>-*, the prefix 8 to 20 characters long with its hyphen, and use no other wildcard: whatever matches can be assumed."
  }
}

variable "allowed_actions" {
  description = "Actions that sessions of tenants may use, each confined to the tenant's own items, objects and secrets"
  type        = set(string)
  default = [
    "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query",
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket",
    "secretsmanager:GetSecretValue",
    "kms:Decrypt", "kms:GenerateDataKey",
  ]

  validation {
    condition     = alltrue([for action in var.allowed_actions : can(regex("^(dynamodb|s3|secretsmanager|kms):[A-Za-z]+$", action))])
    error_message = "Name each action in full (service:Action) and without a wildcard; sessions of tenants reach dynamodb, s3, secretsmanager and kms."
  }

  validation {
    condition     = length(setintersection(var.allowed_actions, ["dynamodb:Scan", "dynamodb:PartiQLSelect"])) == 0
    error_message = "Leave dynamodb:Scan and dynamodb:PartiQLSelect out: they read across tenants, and no condition on keys holds them."
  }
}

variable "tenants" {
  description = "Tenants and, where they differ from the default, what their sessions may do and where their objects are"
  type = map(object({
    actions   = optional(set(string))
    s3_prefix = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for tenant in keys(var.tenants) : can(regex("^[a-z0-9][a-z0-9-]{2,40}$", tenant))])
    error_message = "Name tenants with 3 to 41 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = alltrue([for tenant in values(var.tenants) : length(setsubtract(coalesce(tenant.actions, []), var.allowed_actions)) == 0])
    error_message = "Choose the actions of a tenant from allowed_actions; the boundary refuses others."
  }

  validation {
    condition     = alltrue([for tenant in values(var.tenants) : tenant.s3_prefix == null || can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", tenant.s3_prefix))])
    error_message = "Give s3_prefix as a path below tenants/<tenant>/ without a wildcard and without slashes at its ends."
  }
}

variable "table_arns" {
  description = "Tables whose partition key is the tenant's id; their indexes stay closed"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.table_arns : can(regex("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9._-]+$", arn))])
    error_message = "Give ARNs of tables, without a wildcard and without an index: a key of an index is not the tenant."
  }
}

variable "bucket_arns" {
  description = "Buckets that keep objects of tenants below tenants/<tenant>/"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.bucket_arns : can(regex("^arn:aws[a-z-]*:s3:::[a-z0-9.-]+$", arn))])
    error_message = "Give ARNs of buckets, without a path and without a wildcard."
  }
}

variable "secret_arn_prefix" {
  description = "Start of the ARNs of the tenants' secrets, which go on with /<tenant>/; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.secret_arn_prefix == null || can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]*[A-Za-z0-9_]$", var.secret_arn_prefix))
    error_message = "Give the start of the secrets' ARNs (arn:<partition>:secretsmanager:<region>:<account>:secret:<prefix>), without a wildcard and without a slash at its end."
  }
}

variable "kms_key_arn" {
  description = "Key that the tenants' data is encrypted with; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key."
  }
}

variable "tenant_session_duration" {
  description = "Seconds that the server asks for when it becomes a tenant; the roles tell it in the tag SessionSeconds"
  type        = number
  default     = 3600

  validation {
    condition     = var.tenant_session_duration >= 900 && var.tenant_session_duration <= 3600
    error_message = "Set tenant_session_duration from 900 to 3600: a session that a role hands out (role chaining) ends after an hour at the latest."
  }
}

variable "enable_template_role" {
  description = "Creates a role for the tenant `template`, to try policies with before a tenant gets them"
  type        = bool
  default     = false
}
