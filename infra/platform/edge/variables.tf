variable "name" {
  description = "Prefix of names that infra/topology.json does not give, and the tag Project."
  type        = string
  default     = "mcp-audit"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Write name in lower case, beginning with a letter: at most 40 letters, digits and hyphens."
  }
}

variable "environment" {
  description = "Environment: dev, staging or prod. What weakens the system is refused in prod."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "Set environment to dev, staging or prod."
  }
}

variable "tags" {
  description = "Further tags of every resource."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["Environment", "ManagedBy", "Project", "CostCenter", "Service", "Controls"])) == 0
    error_message = "Leave Environment, ManagedBy, Project, CostCenter, Service and Controls out of tags: the module sets them. Use cost_center for CostCenter."
  }
}

variable "cost_center" {
  description = "Value of the tag CostCenter, which the bill is split by."
  type        = string
  default     = "mcp"
}

variable "kms_key_arns" {
  description = "Keys by what they encrypt: logs (access logs), edge_logs (log of CloudFront's web ACL; in us-east-1), secrets (what CloudFront proves itself with)."
  type = object({
    logs      = string
    edge_logs = string
    secrets   = string
  })

  validation {
    condition     = alltrue([for arn in values(var.kms_key_arns) : can(regex("^arn:aws[a-z-]*:kms:", arn))])
    error_message = "Give the ARN of a KMS key for each class of data."
  }
}

variable "log_retention_days" {
  description = "Days that access logs and logs of web ACLs are kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Use a number of days that CloudWatch Logs knows, such as 90 or 365."
  }

  validation {
    condition     = var.environment == "dev" || var.log_retention_days >= 90
    error_message = "Keep these logs at least 90 days outside dev."
  }
}

variable "enable_xray_tracing" {
  description = "Whether the gateway sends traces."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_xray_tracing || var.environment != "prod"
    error_message = "Leave enable_xray_tracing on in prod."
  }
}

# What is behind

variable "api" {
  description = "Output api of platform/compute."
  type = object({
    function_name = string
    alias_arn     = string
    invoke_arn    = string
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:lambda:.+:function:[^:]+:[^:$]+$", var.api.alias_arn))
    error_message = "Give the ARN of an alias as api.alias_arn: $LATEST changes with every upload."
  }
}

variable "identity" {
  description = "Output identity of platform/auth."
  type = object({
    user_pool_arn = string
  })
}

variable "websocket" {
  description = "Output websocket of platform/compute: an internal load balancer. Null where progress-fanout is not deployed."
  type = object({
    load_balancer_arn = string
  })
  default = null
}

variable "websocket_domain_name" {
  description = "Name in the certificate of that load balancer. It needs no record: CloudFront compares it only."
  type        = string
  default     = null

  validation {
    condition     = var.websocket == null || can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.websocket_domain_name))
    error_message = "Set websocket_domain_name to the host name in the load balancer's certificate."
  }
}

variable "webapp_bucket" {
  description = "Bucket webapp of platform/data. Its policy lets the distribution read (webapp_distribution_arn there)."
  type = object({
    name                 = string
    regional_domain_name = string
  })
}

variable "access_logs_bucket" {
  description = "Output access_logs_bucket of platform/data."
  type = object({
    name = string
  })
}

# Addresses

variable "enable_cdn" {
  description = "Whether CloudFront and its web ACL are before everything. Without them there is the API only; for dev and emulators."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_cdn || var.environment == "dev"
    error_message = "Leave enable_cdn on outside dev."
  }
}

variable "enable_waf" {
  description = "Whether web ACLs are before CloudFront and the API. Off only in dev, where they cost more than all else."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_waf || var.environment == "dev"
    error_message = "Leave enable_waf on outside dev."
  }
}

variable "domain_name" {
  description = "Name under which people reach web app, API and WebSocket. Needed in prod."
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null ? var.environment != "prod" : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "Set domain_name to a host name in lower case, such as app.example.com (needed in prod)."
  }

  validation {
    condition     = (var.domain_name == null) == (var.certificate_arn == null)
    error_message = "Set domain_name and certificate_arn together."
  }
}

variable "certificate_arn" {
  description = "Certificate of domain_name, in us-east-1."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.certificate_arn))
    error_message = "Set certificate_arn to a certificate in us-east-1: CloudFront takes no other."
  }
}

variable "api_domain_name" {
  description = "Name under which CloudFront alone reaches the API. Needed in prod, where the default endpoint is closed."
  type        = string
  default     = null

  validation {
    condition     = var.api_domain_name == null ? var.environment != "prod" : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.api_domain_name)) && var.api_domain_name != var.domain_name
    error_message = "Set api_domain_name to a host name of its own, such as origin.app.example.com (needed in prod)."
  }

  validation {
    condition     = (var.api_domain_name == null) == (var.api_certificate_arn == null)
    error_message = "Set api_domain_name and api_certificate_arn together."
  }
}

variable "api_certificate_arn" {
  description = "Certificate of api_domain_name, in the region of the API."
  type        = string
  default     = null

  validation {
    condition     = var.api_certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.api_certificate_arn))
    error_message = "Set api_certificate_arn to the ARN of a certificate of ACM."
  }
}

variable "hosted_zone_id" {
  description = "Zone that gets the records of both names. Null leaves them to you."
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || (var.domain_name != null && var.api_domain_name != null)
    error_message = "Set domain_name and api_domain_name where hosted_zone_id is set: the zone gets the records of both."
  }
}

# Limits

variable "throttle_rate_limit" {
  description = "Requests a second that the API takes."
  type        = number
  default     = 200

  validation {
    condition     = var.throttle_rate_limit >= 5 && var.throttle_rate_limit <= 10000
    error_message = "Set throttle_rate_limit to 5 to 10000 requests a second."
  }
}

variable "throttle_burst_limit" {
  description = "Requests that the API takes at once."
  type        = number
  default     = 100

  validation {
    condition     = var.throttle_burst_limit >= 5 && var.throttle_burst_limit <= 5000
    error_message = "Set throttle_burst_limit to 5 to 5000 requests."
  }
}

variable "origin_verify_generation" {
  description = "Raise it by one, at least every 90 days, to renew what CloudFront proves itself to the API with. The one before is accepted until the next renewal."
  type        = number
  default     = 1

  validation {
    condition     = var.origin_verify_generation >= 1 && floor(var.origin_verify_generation) == var.origin_verify_generation
    error_message = "Set origin_verify_generation to a whole number from 1."
  }
}
