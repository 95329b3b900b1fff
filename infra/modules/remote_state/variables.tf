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

variable "bucket_name" {
  description = "Name of the bucket; null means `{name}-{environment}-state-{account}`."
  type        = string
  default     = null

  validation {
    condition     = var.bucket_name == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "Name the bucket with 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the state and the lock table."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key."
  }
}

variable "lock" {
  description = "How two runs are kept apart: `native`, a lock file in the bucket (OpenTofu and Terraform 1.10 or newer), or `table`, a DynamoDB table."
  type        = string
  default     = "native"

  validation {
    condition     = contains(["native", "table"], var.lock)
    error_message = "Choose native or table."
  }
}

variable "noncurrent_version_days" {
  description = "Days that replaced versions of the state are kept."
  type        = number
  default     = 365

  validation {
    condition     = var.noncurrent_version_days >= 90
    error_message = "Keep replaced versions for at least 90 days: they are what a broken state is restored from."
  }
}

variable "access_log_bucket" {
  description = "Bucket that receives the access log; required in prod."
  type        = string
  default     = null

  validation {
    condition     = var.environment != "prod" || var.access_log_bucket != null
    error_message = "Give access_log_bucket in prod: who reads the state reads what is deployed."
  }
}
