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

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data. Can be switched off outside prod, for a teardown."
  type        = bool
  default     = true

  validation {
    condition     = var.deletion_protection || var.environment != "prod"
    error_message = "Leave deletion_protection on in prod: what it protects cannot be made again."
  }
}

variable "domain_prefix" {
  description = "Prefix of the domain that issues machine tokens; must be free in the region. Name and account id where null."
  type        = string
  default     = null

  validation {
    condition     = var.domain_prefix == null || can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix))
    error_message = "Use up to 63 of a-z, 0-9 and '-' for the domain prefix."
  }
}

variable "callback_urls" {
  description = "Where the web application takes the code of a sign-in page (OAuth code with PKCE). Off where empty."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for url in var.callback_urls : startswith(url, "https://") || (var.environment == "dev" && startswith(url, "http://localhost"))])
    error_message = "Callback URLs must begin with https://; http://localhost is for dev only."
  }
}

variable "identity_providers" {
  description = "OpenID Connect providers that people may sign in with, by name. The client secret is read from Secrets Manager."
  type = map(object({
    issuer            = string
    client_id         = string
    client_secret_arn = string
  }))
  default = {}

  validation {
    condition     = alltrue([for provider in values(var.identity_providers) : startswith(provider.issuer, "https://") && can(regex("^arn:aws[a-z-]*:secretsmanager:", provider.client_secret_arn))])
    error_message = "Give each provider an issuer that begins with https:// and the ARN of a secret."
  }

  validation {
    condition     = length(var.identity_providers) == 0 || length(var.callback_urls) > 0
    error_message = "Give callback_urls where people sign in with another provider."
  }
}

variable "mail" {
  description = "Identity of SES and address that the pool writes from (output of platform/messaging). Where null, Cognito sends itself: at most 50 mails a day."
  type = object({
    identity_arn           = string
    configuration_set_name = string
    sender                 = string
  })
  default = null

  validation {
    condition     = var.mail != null || var.environment != "prod"
    error_message = "Give mail in prod: Cognito itself sends at most 50 a day."
  }
}

variable "mfa_configuration" {
  description = "Second factor: OFF, OPTIONAL or ON."
  type        = string
  default     = "OPTIONAL"

  validation {
    condition     = contains(["OFF", "OPTIONAL", "ON"], var.mfa_configuration)
    error_message = "The mfa_configuration must be OFF, OPTIONAL or ON."
  }

  validation {
    condition     = var.mfa_configuration != "OFF" || var.environment == "dev"
    error_message = "Offer a second factor outside dev: OPTIONAL or ON."
  }
}

variable "pre_token_function_arn" {
  description = "Function that adds the claim tenant_id to machine tokens (trigger version V3_0); none where null."
  type        = string
  default     = null

  validation {
    condition     = var.pre_token_function_arn == null || can(regex("^arn:aws[a-z-]*:lambda:", var.pre_token_function_arn))
    error_message = "Give the ARN of a Lambda function."
  }
}
