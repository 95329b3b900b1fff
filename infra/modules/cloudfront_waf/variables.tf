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

# Origins

variable "api_domain_name" {
  description = "Regional custom domain of the API."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.api_domain_name))
    error_message = "Write api_domain_name as a host name, without https:// or a path."
  }

  validation {
    condition     = var.environment != "prod" || !strcontains(var.api_domain_name, ".execute-api.")
    error_message = "Use the API's custom domain as api_domain_name in prod: its default endpoint has to be closed."
  }
}

variable "api_origin_path" {
  description = "Path that is put before each path at the API, such as `/live`; empty for a custom domain that is mapped to a stage."
  type        = string
  default     = ""

  validation {
    condition     = var.api_origin_path == "" || can(regex("^/[^*]*[^/*]$", var.api_origin_path))
    error_message = "Write api_origin_path with a slash before and none behind, or leave it empty."
  }
}

variable "api_path_patterns" {
  description = "Paths that go to the API. Empty only without a web app: then all do."
  type        = list(string)
  default     = []

  validation {
    condition     = (length(var.api_path_patterns) > 0) == (var.webapp_bucket != null)
    error_message = "Set api_path_patterns with webapp_bucket, to tell what is the API's; leave both out where all is."
  }
}

variable "origin_verify" {
  description = "Secret whose value CloudFront sends to the API as `x-origin-verify`, so that the API can refuse who comes another way. Needed in prod."
  type = object({
    secret_arn = string
  })
  default = null

  validation {
    condition     = var.origin_verify == null ? var.environment != "prod" : can(regex("^arn:aws[a-z-]*:secretsmanager:", var.origin_verify.secret_arn))
    error_message = "Set origin_verify.secret_arn to the ARN of a secret (needed in prod): without it the web ACL can be walked around."
  }
}

variable "enable_origin_failover" {
  description = "Whether reading requests of failover_path_patterns go to a second region when the first fails."
  type        = bool
  default     = false

  validation {
    condition     = !var.enable_origin_failover || (var.failover_api_domain_name != null && length(var.failover_path_patterns) > 0)
    error_message = "Set failover_api_domain_name and failover_path_patterns with enable_origin_failover."
  }
}

variable "failover_api_domain_name" {
  description = "Regional custom domain of the API in the second region."
  type        = string
  default     = null

  validation {
    condition     = var.failover_api_domain_name == null || can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.failover_api_domain_name))
    error_message = "Write failover_api_domain_name as a host name, without https:// or a path."
  }
}

variable "failover_path_patterns" {
  description = "Paths that are only read (GET, HEAD, OPTIONS). Others cannot fail over here: CloudFront refuses origin groups where POST is allowed."
  type        = list(string)
  default     = []
}

variable "failover_status_codes" {
  description = "Answers of the first region after which the second is asked."
  type        = set(number)
  default     = [500, 502, 503, 504]

  validation {
    condition     = length(setsubtract(var.failover_status_codes, [403, 404, 429, 500, 502, 503, 504])) == 0
    error_message = "Use 403, 404, 429, 500, 502, 503 and 504 in failover_status_codes: CloudFront knows no others."
  }
}

variable "private_origins" {
  description = "Internal load balancers, by name: their ARN, the host name of their certificate and the paths that go there. CloudFront reaches them inside the VPC; they need no public address."
  type = map(object({
    load_balancer_arn = string
    domain_name       = string
    path_patterns     = list(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for origin in values(var.private_origins) : length(origin.path_patterns) > 0])
    error_message = "Name at least one path pattern of each of private_origins."
  }
}

variable "webapp_bucket" {
  description = "Bucket of the web app, which is served where no other path pattern fits: name and regional domain name. Its policy has to let the distribution read."
  type = object({
    name                 = string
    regional_domain_name = string
  })
  default = null
}

# Viewers

variable "custom_domain_name" {
  description = "Name under which viewers reach the distribution."
  type        = string
  default     = null

  validation {
    condition     = (var.custom_domain_name == null) == (var.certificate_arn == null)
    error_message = "Set custom_domain_name and certificate_arn together."
  }
}

variable "certificate_arn" {
  description = "Certificate of that name, in us-east-1. Needed in prod: CloudFront's own certificate admits TLS 1.0."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.certificate_arn))
    error_message = "Set certificate_arn to a certificate in us-east-1: CloudFront takes no other."
  }

  validation {
    condition     = var.environment != "prod" || var.certificate_arn != null
    error_message = "Set custom_domain_name and certificate_arn in prod: CloudFront's own certificate admits TLS 1.0."
  }
}

variable "hosted_zone_id" {
  description = "Zone that gets the records of custom_domain_name. Null leaves them to you."
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || var.custom_domain_name != null
    error_message = "Set custom_domain_name where hosted_zone_id is set: there is no name to make records of."
  }
}

variable "price_class" {
  description = "Which edge locations serve: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "Set price_class to PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "geo_restriction_type" {
  description = "none, whitelist or blacklist of geo_restriction_locations."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "whitelist", "blacklist"], var.geo_restriction_type) && (var.geo_restriction_type == "none") == (length(var.geo_restriction_locations) == 0)
    error_message = "Set geo_restriction_type to none, or to whitelist or blacklist together with geo_restriction_locations."
  }
}

variable "geo_restriction_locations" {
  description = "Countries (ISO 3166-1 alpha-2)."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for country in var.geo_restriction_locations : can(regex("^[A-Z]{2}$", country))])
    error_message = "Write each of geo_restriction_locations as two capital letters."
  }
}

variable "content_security_policy" {
  description = "Content-Security-Policy of the web app."
  type        = string
  default     = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

  validation {
    condition     = strcontains(var.content_security_policy, "default-src") && !strcontains(var.content_security_policy, "'unsafe-")
    error_message = "Give content_security_policy a default-src, and no 'unsafe-inline' or 'unsafe-eval'."
  }
}

# Web ACL

variable "enable_waf" {
  description = "Whether a web ACL is before all origins. Off only in dev, where it is dearer than all else."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_waf || var.environment == "dev"
    error_message = "Leave enable_waf on outside dev."
  }
}

variable "waf_rate_limit" {
  description = "Requests in 5 minutes from one address, beyond which it is blocked."
  type        = number
  default     = 2000

  validation {
    condition     = var.waf_rate_limit >= 100 && var.waf_rate_limit <= 20000000
    error_message = "Set waf_rate_limit to 100 or more requests in 5 minutes."
  }
}

variable "path_rate_limits" {
  description = "Tighter limits for paths that begin with path_prefix, by name: requests in window_seconds from one address."
  type = map(object({
    path_prefix    = string
    limit          = number
    window_seconds = optional(number, 300)
  }))
  default = {
    auth = { path_prefix = "/auth/", limit = 100 }
    mcp  = { path_prefix = "/mcp", limit = 100, window_seconds = 60 }
  }

  validation {
    condition     = alltrue([for l in values(var.path_rate_limits) : startswith(l.path_prefix, "/") && l.limit >= 10 && contains([60, 120, 300, 600], l.window_seconds)])
    error_message = "Give each of path_rate_limits a path_prefix with a slash before, a limit of 10 or more and a window of 60, 120, 300 or 600 seconds."
  }
}

variable "large_body_path_prefixes" {
  description = "Paths whose bodies may be large or look like attacks, because attacks are what they tell of. The rules that read bodies only count there; the service bounds sizes itself."
  type        = set(string)
  default     = ["/mcp", "/agents/results"]

  validation {
    condition     = length(var.large_body_path_prefixes) > 0 && alltrue([for prefix in var.large_body_path_prefixes : can(regex("^(/[A-Za-z0-9_-]+)+$", prefix))])
    error_message = "Name at least one of large_body_path_prefixes, each of letters, digits, - and _ between slashes, such as /v1/scans."
  }
}

variable "enable_bot_control" {
  description = "Whether AWS's rules against bots apply. They block programs, which MCP clients and agents are."
  type        = bool
  default     = false
}

# Logs

variable "enable_logging" {
  description = "Whether CloudFront writes an access log."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_logging || var.environment != "prod"
    error_message = "Leave enable_logging on in prod."
  }
}

variable "log_bucket_domain_name" {
  description = "Bucket of the access log. CloudFront writes by ACL: its object ownership is BucketOwnerPreferred."
  type        = string
  default     = null

  validation {
    condition     = !var.enable_logging || can(regex("\\.s3[.a-z0-9-]*\\.amazonaws\\.com$", var.log_bucket_domain_name))
    error_message = "Set log_bucket_domain_name to <bucket>.s3.amazonaws.com, or turn enable_logging off outside prod."
  }
}

variable "log_prefix" {
  description = "What the keys of the access log begin with."
  type        = string
  default     = "cloudfront/"
}

variable "kms_key_arn" {
  description = "Key in us-east-1 that encrypts the web ACL's log. Needed with enable_waf."
  type        = string
  default     = null

  validation {
    condition     = !var.enable_waf || can(regex("^arn:aws[a-z-]*:kms:us-east-1:", var.kms_key_arn))
    error_message = "Set kms_key_arn to a key in us-east-1, where the web ACL of CloudFront writes its log."
  }
}

variable "log_retention_days" {
  description = "Days that the web ACL's log is kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Use a number of days that CloudWatch Logs knows, such as 90 or 365."
  }

  validation {
    condition     = var.environment == "dev" || var.log_retention_days >= 90
    error_message = "Keep the web ACL's log at least 90 days outside dev."
  }
}
