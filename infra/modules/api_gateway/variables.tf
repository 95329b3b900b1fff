variable "name" {
  description = "Name of the system; every resource's name begins with `<name>-<environment>`."
  type        = string

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

variable "protocol" {
  description = "HTTP or WEBSOCKET. A REST API, which a web ACL can be put before, is no version 2 API."
  type        = string
  default     = "HTTP"

  validation {
    condition     = contains(["HTTP", "WEBSOCKET"], var.protocol)
    error_message = "Set protocol to HTTP or WEBSOCKET."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the access log."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Set kms_key_arn to the ARN of a key."
  }
}

variable "log_retention_days" {
  description = "Days that the access log is kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Use a number of days that CloudWatch Logs knows, such as 90 or 365."
  }

  validation {
    condition     = var.environment == "dev" || var.log_retention_days >= 90
    error_message = "Keep the access log at least 90 days outside dev."
  }
}

# Stage

variable "stage_name" {
  description = "Name of the stage. `$default` has no prefix in URLs; a WebSocket API needs another name."
  type        = string
  default     = "$default"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage_name)) || (var.stage_name == "$default" && var.protocol == "HTTP")
    error_message = "Name the stage with letters, digits, - and _; $default is for HTTP only."
  }
}

variable "auto_deploy" {
  description = "Whether a changed route is live at once. Null means in dev only."
  type        = bool
  default     = null

  validation {
    condition     = var.auto_deploy != true || var.environment != "prod"
    error_message = "Leave auto_deploy off in prod: changes go live with a deployment that was planned."
  }
}

variable "deployment_trigger" {
  description = "What a new deployment is made for when it changes: `config_hash` of each api_gateway_routes call, joined."
  type        = string
  default     = ""
}

variable "throttle_rate_limit" {
  description = "Requests a second that the stage takes."
  type        = number
  default     = 1000

  validation {
    condition     = var.throttle_rate_limit >= 1 && var.throttle_rate_limit <= 10000
    error_message = "Set throttle_rate_limit to 1 to 10000 requests a second."
  }
}

variable "throttle_burst_limit" {
  description = "Requests that the stage takes at once."
  type        = number
  default     = 500

  validation {
    condition     = var.throttle_burst_limit >= 1 && var.throttle_burst_limit <= 5000
    error_message = "Set throttle_burst_limit to 1 to 5000 requests."
  }
}

variable "route_throttle_overrides" {
  description = "Lower limits of single routes, by route key."
  type = map(object({
    throttling_rate_limit  = number
    throttling_burst_limit = number
  }))
  default = {}

  validation {
    condition = alltrue([
      for limits in values(var.route_throttle_overrides) :
      limits.throttling_rate_limit > 0 && limits.throttling_rate_limit <= var.throttle_rate_limit && limits.throttling_burst_limit > 0 && limits.throttling_burst_limit <= var.throttle_burst_limit
    ])
    error_message = "Set the limits of each route above 0 and at most to throttle_rate_limit and throttle_burst_limit."
  }
}

# Callers

variable "jwt_authorizers" {
  description = "Issuers whose tokens routes accept, by name: URL of the issuer and the audiences (or client ids) that a token must name."
  type = map(object({
    issuer   = string
    audience = set(string)
  }))
  default = {}

  validation {
    condition     = var.protocol == "HTTP" || length(var.jwt_authorizers) == 0
    error_message = "Leave jwt_authorizers empty for a WebSocket API: it has Lambda authorizers only."
  }

  validation {
    condition     = alltrue([for a in values(var.jwt_authorizers) : startswith(a.issuer, "https://") && length(a.audience) > 0])
    error_message = "Give each of jwt_authorizers an issuer with https:// and at least one audience."
  }
}

variable "cors_allowed_origins" {
  description = "Web pages whose scripts may call. Empty answers no preflight."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for origin in var.cors_allowed_origins :
      can(regex("^https://[^*/]+$", origin)) || (var.environment == "dev" && can(regex("^http://localhost:([0-9]+|\\*)$", origin)))
    ])
    error_message = "Write each of cors_allowed_origins as https://host without * or path; http://localhost:<port> is for dev only."
  }

  validation {
    condition     = var.protocol == "HTTP" || length(var.cors_allowed_origins) == 0
    error_message = "Leave cors_allowed_origins empty for a WebSocket API: its handler checks Origin."
  }
}

variable "cors_allowed_headers" {
  description = "Headers that these pages may send."
  type        = list(string)
  default     = ["authorization", "content-type"]
}

variable "cors_allow_credentials" {
  description = "Whether browsers send cookies along."
  type        = bool
  default     = false

  validation {
    condition     = !var.cors_allow_credentials || length(var.jwt_authorizers) > 0
    error_message = "Allow credentials only where jwt_authorizers says who may call."
  }
}

# Address

variable "custom_domain_name" {
  description = "Name under which the API is reached."
  type        = string
  default     = null

  validation {
    condition     = var.custom_domain_name == null || can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.custom_domain_name))
    error_message = "Write custom_domain_name as a host name in lower case, such as api.example.com."
  }

  validation {
    condition     = (var.custom_domain_name == null) == (var.certificate_arn == null)
    error_message = "Set custom_domain_name and certificate_arn together."
  }
}

variable "certificate_arn" {
  description = "Certificate of that name, in the region of the API."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "Set certificate_arn to the ARN of a certificate of ACM."
  }
}

variable "hosted_zone_id" {
  description = "Zone that gets the records of the name. Null leaves them to you."
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || var.custom_domain_name != null
    error_message = "Set custom_domain_name where hosted_zone_id is set: there is no name to make records of."
  }
}

variable "disable_execute_api_endpoint" {
  description = "Whether the API is reached by its own name only, so that nobody walks around what is before it. Null means where there is one."
  type        = bool
  default     = null

  validation {
    condition     = var.environment != "prod" || coalesce(var.disable_execute_api_endpoint, var.custom_domain_name != null)
    error_message = "Set custom_domain_name in prod and leave disable_execute_api_endpoint on: the default endpoint lets callers walk around the web ACL."
  }

  validation {
    condition     = var.disable_execute_api_endpoint != true || var.custom_domain_name != null
    error_message = "Set custom_domain_name before disable_execute_api_endpoint: nobody could reach the API."
  }
}

variable "enable_mtls" {
  description = "Whether callers must have a certificate too."
  type        = bool
  default     = false

  validation {
    condition     = !var.enable_mtls || (var.protocol == "HTTP" && var.custom_domain_name != null && var.mtls_truststore_uri != null && var.mtls_truststore_version != null)
    error_message = "Set custom_domain_name, mtls_truststore_uri and mtls_truststore_version with enable_mtls: an unpinned bundle could be exchanged. WebSocket APIs have no mTLS."
  }
}

variable "mtls_truststore_uri" {
  description = "Bundle of the certificate authorities that callers' certificates come from."
  type        = string
  default     = null

  validation {
    condition     = var.mtls_truststore_uri == null || can(regex("^s3://", var.mtls_truststore_uri))
    error_message = "Write mtls_truststore_uri as s3://bucket/key."
  }
}

variable "mtls_truststore_version" {
  description = "Version of that object."
  type        = string
  default     = null
}

variable "ip_address_type" {
  description = "dualstack or ipv4."
  type        = string
  default     = "dualstack"

  validation {
    condition     = contains(["dualstack", "ipv4"], var.ip_address_type)
    error_message = "Set ip_address_type to dualstack or ipv4."
  }
}

variable "vpc_link" {
  description = "Subnets and security groups from which integrations reach private load balancers."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null

  validation {
    condition     = var.vpc_link == null || var.protocol == "HTTP"
    error_message = "Leave vpc_link out for a WebSocket API: its links are of another kind."
  }

  validation {
    condition     = var.vpc_link == null ? true : length(var.vpc_link.subnet_ids) >= 2 && length(var.vpc_link.security_group_ids) >= 1
    error_message = "Give vpc_link at least two subnets and one security group."
  }
}
