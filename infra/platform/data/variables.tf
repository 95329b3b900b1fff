variable "name" {
  description = "Prefix of names that infra/topology.json does not give, and the tag Project."
  type        = string
  default     = "mcp-audit"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "The name must start with a letter and have up to 40 of a-z, 0-9 and '-'."
  }
}

variable "environment" {
  description = "Environment: dev, staging or prod."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment must be dev, staging or prod."
  }
}

variable "tags" {
  description = "Further tags of every resource."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["Environment", "ManagedBy", "Project", "CostCenter", "Service"])) == 0
    error_message = "Remove Environment, ManagedBy, Project, CostCenter and Service from the tags: the module sets them."
  }
}

variable "cost_center" {
  description = "Who pays: the tag CostCenter."
  type        = string
  default     = "mcp"
}

variable "kms_key_arn" {
  description = "Key that encrypts the table and the buckets of customer data."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key: arn:<partition>:kms:<region>:<account>:key/<id>."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data. Can be switched off outside prod, for a teardown."
  type        = bool
  default     = true

  validation {
    condition     = var.deletion_protection || var.environment != "prod"
    error_message = "Leave deletion_protection on in prod: what it protects cannot be made again."
  }
}

variable "web_origins" {
  description = "Origins whose pages may read the web application's files by CORS, such as https://app.example."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.web_origins : can(regex("^https://[^*/]+$", origin))])
    error_message = "Write each origin as https://app.example, without a path or '*'."
  }
}

variable "replicas" {
  description = "Buckets (by their key in infra/topology.json) that are copied to another region, and the bucket and key there."
  type = map(object({
    bucket_arn  = string
    kms_key_arn = string
  }))
  default = {}

  validation {
    condition     = alltrue([for key, replica in var.replicas : contains(local.versioned_buckets, key)])
    error_message = "Only versioned buckets of infra/topology.json can be replicated: check the keys of replicas."
  }
}
