variable "name" {
  description = "Name of what is deployed; every resource is called `{name}-{environment}` and a suffix."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Start the name with a lower-case letter and use at most 40 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  description = "Deployment environment: dev, staging or prod. Several rules are strict in prod only."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "Choose dev, staging or prod as the environment."
  }
}

variable "tags" {
  description = "Further tags for every resource."
  type        = map(string)
  default     = {}

  validation {
    condition = length(setintersection(keys(var.tags), [
      "Environment", "ManagedBy", "Project", "CostCenter", "Service", "Controls",
    ])) == 0
    error_message = "Leave Environment, ManagedBy, Project, CostCenter, Service and Controls out of the tags: the module sets them."
  }
}

variable "cost_center" {
  description = "Cost centre that pays: the value of the cost-allocation tag `CostCenter`."
  type        = string
  default     = "mcp"

  validation {
    condition     = length(trimspace(var.cost_center)) > 0
    error_message = "Name the cost centre that pays."
  }
}

variable "alias_name" {
  description = "Alias of the key without `alias/`; null means `{name}-{environment}`. One key per class of data keeps the bill and the blast radius small."
  type        = string
  default     = null

  validation {
    condition     = var.alias_name == null || can(regex("^[a-zA-Z0-9][a-zA-Z0-9/_-]{0,249}$", var.alias_name)) && !startswith(coalesce(var.alias_name, "-"), "aws/")
    error_message = "Give the alias without the alias/ prefix: letters, digits, /, _ and -, and not below aws/, which belongs to AWS."
  }
}

variable "description" {
  description = "What the key protects."
  type        = string
  default     = "Data of an MCP server"
}

variable "deletion_window_in_days" {
  description = "Days between a request to delete the key and its deletion."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_in_days >= 7 && var.deletion_window_in_days <= 30
    error_message = "Choose a deletion window of 7 to 30 days."
  }

  validation {
    condition     = var.environment != "prod" || var.deletion_window_in_days == 30
    error_message = "Keep the deletion window at 30 days in prod: a deleted key takes all its data with it."
  }
}

variable "rotation_period_in_days" {
  description = "Days after which AWS KMS replaces the key material."
  type        = number
  default     = 365

  validation {
    condition     = var.rotation_period_in_days >= 90 && var.rotation_period_in_days <= 2560
    error_message = "Choose a rotation period of 90 to 2560 days."
  }
}

variable "multi_region" {
  description = "Create a multi-Region primary key. It cannot be changed later."
  type        = bool
  default     = false
}

variable "admin_principal_arns" {
  description = "Roles and users that manage the key and never use it; at least one in prod."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.admin_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Name administrators by the ARN of an IAM role or user."
  }

  validation {
    condition     = var.environment != "prod" || length(var.admin_principal_arns) > 0
    error_message = "Name at least one administrator of the key in prod."
  }
}

variable "usage_principal_arns" {
  description = "Roles and users that encrypt and decrypt with the key themselves, not through a service; none of them may be an administrator."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.usage_principal_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Name users of the key by the ARN of an IAM role or user."
  }

  validation {
    condition     = length(setintersection(var.usage_principal_arns, var.admin_principal_arns)) == 0
    error_message = "Separate the duties: who administers the key must not use it."
  }
}

variable "service_principals" {
  description = "AWS services that use the key: by their own principal, limited to this account (logs, cloudwatch, events, s3, ses, sns), or on behalf of callers whom IAM allows it (the others, s3 and sns too)."
  type        = set(string)
  default     = ["cloudwatch", "dynamodb", "ecr", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs"]

  validation {
    condition = length(setsubtract(var.service_principals, [
      "cloudwatch", "dynamodb", "ecr", "elasticache", "events", "lambda", "logs", "s3", "secretsmanager", "ses", "sns", "sqs", "ssm", "xray",
    ])) == 0
    error_message = "Choose services among cloudwatch, dynamodb, ecr, elasticache, events, lambda, logs, s3, secretsmanager, ses, sns, sqs, ssm and xray."
  }
}
