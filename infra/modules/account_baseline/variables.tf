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

variable "ecr_replication_regions" {
  description = "Regions that receive a copy of every image whose repository begins with one of ecr_replication_prefixes; empty: no replication. The registry has one configuration, so it belongs to the account."
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.ecr_replication_regions) <= 25 && alltrue([for region in var.ecr_replication_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "Name at most 25 AWS Regions, e.g. us-west-2."
  }
}

variable "ecr_replication_prefixes" {
  description = "Beginnings of the names of repositories that are replicated; empty: all."
  type        = set(string)
  default     = []
}

variable "cost_allocation_tags" {
  description = "Tags that the bill is split by. Only the management account can activate them, and only after they were seen once: empty elsewhere."
  type        = set(string)
  default     = ["CostCenter", "Service", "Tenant"]
}

variable "kms_key_arn" {
  description = "Key that X-Ray encrypts traces with."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key."
  }
}

variable "ci" {
  description = "Deployments from CI by OpenID Connect, without keys: who may assume the role (exact `sub` claims, no wildcard) and what the role may do (policies by a name of yours)."
  type = object({
    subjects                 = set(string)
    policy_arns              = map(string)
    permissions_boundary_arn = string
    issuer                   = optional(string, "token.actions.githubusercontent.com")
    audience                 = optional(string, "sts.amazonaws.com")
  })
  default = null

  validation {
    condition     = try(length(var.ci.subjects) > 0 && !anytrue([for subject in var.ci.subjects : strcontains(subject, "*")]), var.ci == null)
    error_message = "Name each subject in full, e.g. repo:owner/name:environment:prod: a wildcard lets other branches deploy."
  }

  validation {
    condition     = var.ci == null || can(regex("^[a-z0-9.-]+(/[a-zA-Z0-9._/-]*)?$", var.ci.issuer))
    error_message = "Give the issuer without https://."
  }

  validation {
    condition     = try(alltrue([for arn in concat(values(var.ci.policy_arns), [var.ci.permissions_boundary_arn]) : can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/", arn)) && !endswith(arn, "/AdministratorAccess")]), var.ci == null)
    error_message = "Give ARNs of policies, and not AdministratorAccess."
  }
}
