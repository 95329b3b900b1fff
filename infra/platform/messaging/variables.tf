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
  description = "Key that encrypts queues and topic. Its policy lets SNS use it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key: arn:<partition>:kms:<region>:<account>:key/<id>."
  }
}

variable "mail_identity" {
  description = "Domain or address that SES sends from; the one of infra/topology.json where null."
  type        = string
  default     = null

  validation {
    condition     = var.mail_identity == null || can(regex("^(?:[^@ ]+@)?[a-z0-9-]+(?:\\.[a-z0-9-]+)+$", var.mail_identity))
    error_message = "Give a domain such as mail.example.org, or one address."
  }
}

variable "mail_sender" {
  description = "Address in From; the one of infra/topology.json where null. It must belong to the identity."
  type        = string
  default     = null

  validation {
    condition     = var.mail_sender == null || can(regex("^[^@ ]+@[a-z0-9-]+(?:\\.[a-z0-9-]+)+$", var.mail_sender))
    error_message = "Give one address such as alerts@example.org."
  }
}
