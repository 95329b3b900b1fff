variable "name" {
  description = "Name of the server, the first part of every resource's name"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Choose a name of 1 to 40 lower-case letters, digits and hyphens that starts with a letter."
  }

  validation {
    condition     = !can(regex("aws|amazon|cognito", var.name))
    error_message = "Choose a name without \"aws\", \"amazon\" and \"cognito\": Cognito refuses a domain that contains one of them."
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

# The function

variable "image_uri" {
  description = "URI of the container image in ECR"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?$", var.image_uri))
    error_message = "Give the URI of an image in ECR: <account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:<digest>."
  }

  validation {
    condition     = var.environment == "dev" || can(regex("@sha256:[0-9a-f]{64}$", var.image_uri))
    error_message = "Outside dev, name the image by its digest (@sha256:<64 hexadecimal digits>): a tag may point elsewhere tomorrow."
  }
}

variable "memory_size" {
  description = "Memory of the function in MB"
  type        = number
  default     = 512

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "Set memory_size to a whole number from 128 to 10240."
  }
}

variable "ephemeral_storage_mb" {
  description = "Size of /tmp in MB"
  type        = number
  default     = 512

  validation {
    condition     = var.ephemeral_storage_mb >= 512 && var.ephemeral_storage_mb <= 10240
    error_message = "Set ephemeral_storage_mb from 512 to 10240."
  }
}

variable "architectures" {
  description = "Instruction set of the image"
  type        = list(string)
  default     = ["arm64"]

  validation {
    condition     = length(var.architectures) == 1 && alltrue([for architecture in var.architectures : contains(["arm64", "x86_64"], architecture)])
    error_message = "Set architectures to [\"arm64\"] or [\"x86_64\"]."
  }
}

variable "timeout" {
  description = "Seconds after which the function is ended; shorter than the gateway's limit, so that our error and log line come first"
  type        = number
  default     = 29

  validation {
    condition     = var.timeout >= 1 && var.timeout <= (var.api_type == "REST" ? var.rest_integration_timeout_seconds : 29)
    error_message = "Set timeout from 1 to 29: an HTTP API gives up after 30 seconds. With api_type = \"REST\" the limit is rest_integration_timeout_seconds."
  }
}

variable "reserved_concurrent_executions" {
  description = "Executions reserved for the function, which is also its limit; -1 reserves none"
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrent_executions >= -1
    error_message = "Set reserved_concurrent_executions to -1 or more."
  }

  validation {
    condition     = var.environment != "prod" || var.reserved_concurrent_executions >= 1
    error_message = "In prod, set reserved_concurrent_executions to 1 or more, so that one server cannot use up the account's concurrency."
  }
}

variable "provisioned_concurrency" {
  description = "Executions kept warm on the live alias; 0 for none"
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0
    error_message = "Set provisioned_concurrency to 0 or more."
  }

  validation {
    condition     = var.reserved_concurrent_executions == -1 || var.provisioned_concurrency <= var.reserved_concurrent_executions
    error_message = "Keep provisioned_concurrency within reserved_concurrent_executions; it is taken from them."
  }
}

variable "live_version" {
  description = "Version that the live alias points to; null for the one just published"
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "Give the number of a published version; $LATEST changes under its callers."
  }
}

variable "enable_canary" {
  description = "Lets a second version take part of the live alias's traffic"
  type        = bool
  default     = true
}

variable "canary_version" {
  description = "Version that takes canary_weight of the traffic"
  type        = string
  default     = null

  validation {
    condition     = var.canary_version == null || (var.enable_canary && can(regex("^[1-9][0-9]*$", var.canary_version)))
    error_message = "Give the number of a published version and leave enable_canary on."
  }
}

variable "canary_weight" {
  description = "Part of the traffic that canary_version takes, from 0 to 0.5"
  type        = number
  default     = 0

  validation {
    condition     = var.canary_weight >= 0 && var.canary_weight <= 0.5
    error_message = "Set canary_weight from 0 to 0.5: a version that takes more is the live one."
  }

  validation {
    condition     = var.canary_weight == 0 || var.canary_version != null
    error_message = "Set canary_version to the version that shall take canary_weight."
  }
}

variable "environment_variables" {
  description = "Environment variables of the function, without secrets"
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.environment_variables) : !can(regex("(?i)secret|token|password|api_?key", key))])
    error_message = "Keep secrets out of environment_variables: store them in Secrets Manager and name them in secret_arns."
  }
}

variable "secret_arns" {
  description = "Secrets that the function may read: environment variable that tells the ARN => ARN in Secrets Manager"
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for key, arn in var.secret_arns :
      can(regex("^[A-Z][A-Z0-9_]*_ARN$", key)) && can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^*?]+$", arn))
    ])
    error_message = "Map the name of an environment variable that ends in _ARN to the ARN of one secret in Secrets Manager."
  }
}

# Network and keys

variable "vpc_id" {
  description = "VPC that the function runs in; its description tells it"
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "Give the id of a VPC (vpc-...)."
  }
}

variable "vpc_subnet_ids" {
  description = "Private subnets of the function"
  type        = list(string)

  validation {
    condition     = length(var.vpc_subnet_ids) >= (var.environment == "dev" ? 1 : 2)
    error_message = "Give at least two subnets in different zones (in dev one is enough)."
  }
}

variable "vpc_security_group_ids" {
  description = "Security groups of the function"
  type        = list(string)

  validation {
    condition     = length(var.vpc_security_group_ids) >= 1
    error_message = "Give at least one security group."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts environment variables, logs, queue, table, images and topics"
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key (arn:<partition>:kms:<region>:<account>:key/...); an alias will not do, because key policies and grants name keys."
  }
}

# Who may call

variable "enable_auth" {
  description = "Requires a token of a Cognito user pool"
  type        = bool
  default     = true

  validation {
    condition     = var.enable_auth || var.environment == "dev"
    error_message = "Leave enable_auth on outside dev: without it anyone can call the tools."
  }
}

variable "cognito_user_pool_id" {
  description = "Id of an existing user pool; null creates one"
  type        = string
  default     = null

  validation {
    condition = length(distinct([
      var.cognito_user_pool_id == null, var.cognito_user_pool_endpoint == null, var.cognito_client_id == null
    ])) == 1
    error_message = "Give cognito_user_pool_id, cognito_user_pool_endpoint and cognito_client_id together, or none of them."
  }

  validation {
    condition     = var.cognito_user_pool_id == null || var.enable_auth
    error_message = "An existing user pool is of no use with enable_auth = false; remove one of both."
  }
}

variable "cognito_user_pool_endpoint" {
  description = "Endpoint of the existing user pool: cognito-idp.<region>.amazonaws.com/<id>"
  type        = string
  default     = null

  validation {
    condition     = var.cognito_user_pool_endpoint == null || !can(regex("^https?:|/$", var.cognito_user_pool_endpoint))
    error_message = "Give the endpoint without https:// and without a slash at its end."
  }
}

variable "cognito_client_id" {
  description = "App client of the existing user pool whose tokens are accepted"
  type        = string
  default     = null

  validation {
    condition     = var.cognito_client_id == null || can(regex("^[a-z0-9]+$", var.cognito_client_id))
    error_message = "Give the id of an app client: lower-case letters and digits."
  }
}

variable "token_validity_minutes" {
  description = "Life of an access token in minutes"
  type        = number
  default     = 60

  validation {
    condition     = var.token_validity_minutes >= 5 && var.token_validity_minutes <= 60
    error_message = "Set token_validity_minutes from 5 to 60: a stolen token works until it ends, and each token is billed."
  }
}

variable "tenant_ids" {
  description = "Tenants that get an app client of their own, whose tokens tell the tenant; empty creates one client without a tenant"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for tenant in var.tenant_ids : can(regex("^[a-z0-9][a-z0-9-]{2,40}$", tenant))])
    error_message = "Name tenants with 3 to 41 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = length(var.tenant_ids) <= 100
    error_message = "Name at most 100 tenants per user pool: each is a scope, and a resource server has room for 100."
  }

  validation {
    condition     = length(var.tenant_ids) == 0 || (var.enable_auth && var.cognito_user_pool_id == null)
    error_message = "Tenants get their clients in the user pool of this module; remove tenant_ids or the existing pool, and leave enable_auth on."
  }
}

variable "enable_tenant_isolation" {
  description = "Runs each tenant's calls in execution environments of their own. Cannot be changed later"
  type        = bool
  default     = false

  validation {
    condition     = !var.enable_tenant_isolation || var.api_type == "REST"
    error_message = "Set api_type = \"REST\" for tenant isolation: an HTTP API cannot pass the tenant's id to such a function."
  }

  validation {
    condition     = !var.enable_tenant_isolation || var.enable_auth
    error_message = "Leave enable_auth on for tenant isolation: the tenant is a claim of the token."
  }

  validation {
    condition     = !var.enable_tenant_isolation || var.provisioned_concurrency == 0
    error_message = "Set provisioned_concurrency = 0 for tenant isolation: Lambda offers one or the other."
  }

  validation {
    condition     = !var.enable_tenant_isolation || length(var.tenant_ids) > 0 || var.cognito_user_pool_id != null
    error_message = "Name tenant_ids, or give an existing user pool whose access tokens carry the claim tenant_id."
  }
}

variable "metered_tenant_ids" {
  description = "Tenants whose metrics carry a dimension of their own; each costs a metric"
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.metered_tenant_ids) <= 50
    error_message = "Name at most 50 metered tenants; Contributor Insights ranks the others without a metric each."
  }
}

# The API

variable "api_type" {
  description = "HTTP for the cheaper API, REST for tenant isolation or a regional web ACL"
  type        = string
  default     = "HTTP"

  validation {
    condition     = contains(["HTTP", "REST"], var.api_type)
    error_message = "Set api_type to HTTP or REST."
  }
}

variable "rest_integration_timeout_seconds" {
  description = "Seconds that a REST API waits for the function; more than 29 needs a raised service quota"
  type        = number
  default     = 29

  validation {
    condition     = var.rest_integration_timeout_seconds >= 1 && var.rest_integration_timeout_seconds <= 300
    error_message = "Set rest_integration_timeout_seconds from 1 to 300."
  }
}

variable "throttle_rate_limit" {
  description = "Requests per second that the API lets through"
  type        = number
  default     = 100

  validation {
    condition     = var.throttle_rate_limit >= 1 && var.throttle_rate_limit <= 10000
    error_message = "Set throttle_rate_limit from 1 to 10000."
  }
}

variable "throttle_burst_limit" {
  description = "Requests that the API lets through at once"
  type        = number
  default     = 50

  validation {
    condition     = var.throttle_burst_limit >= 1 && var.throttle_burst_limit <= 5000
    error_message = "Set throttle_burst_limit from 1 to 5000."
  }
}

variable "route_throttle_overrides" {
  description = "Limits per route key; the defaults hold long-polling GET and DELETE below POST"
  type = map(object({
    throttling_rate_limit  = number
    throttling_burst_limit = number
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.route_throttle_overrides), ["GET /mcp", "POST /mcp", "DELETE /mcp"])) == 0
    error_message = "Override routes that exist: \"GET /mcp\", \"POST /mcp\" and \"DELETE /mcp\"."
  }

  validation {
    condition = alltrue([for limits in values(var.route_throttle_overrides) :
      limits.throttling_rate_limit > 0 && limits.throttling_rate_limit <= var.throttle_rate_limit &&
      limits.throttling_burst_limit > 0 && limits.throttling_burst_limit <= var.throttle_burst_limit
    ])
    error_message = "Set limits of routes above 0 and up to throttle_rate_limit and throttle_burst_limit."
  }
}

variable "cors_allowed_origins" {
  description = "Web origins that may call the API; empty for none"
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([for origin in var.cors_allowed_origins :
      can(regex("^https://[^*/]+$", origin)) || (var.environment == "dev" && can(regex("^http://localhost:([0-9]+|\\*)$", origin)))
    ])
    error_message = "Name each origin as https://<host> without a wildcard; in dev http://localhost:<port> is allowed too."
  }

  validation {
    condition     = length(var.cors_allowed_origins) == 0 || var.api_type == "HTTP"
    error_message = "Set CORS headers at the distribution in front of a REST API: its preflight requests would need a route without authorisation here."
  }
}

variable "waf_acl_arn" {
  description = "Regional web ACL for the stage of a REST API"
  type        = string
  default     = null

  validation {
    condition     = var.waf_acl_arn == null || can(regex("^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/", var.waf_acl_arn))
    error_message = "Give the ARN of a regional web ACL (...:regional/webacl/...)."
  }

  validation {
    condition     = var.waf_acl_arn == null || var.api_type == "REST"
    error_message = "An HTTP API takes no web ACL: put the module cloudfront_waf in front of it, or set api_type = \"REST\"."
  }

  validation {
    condition     = var.environment != "prod" || var.api_type == "HTTP" || var.waf_acl_arn != null
    error_message = "In prod, give a REST API a regional web ACL: it is what stands before the server."
  }
}

variable "origin_verify_secret_arn" {
  description = "Secret whose value the distribution in front sends as x-origin-verify; the function refuses requests without it"
  type        = string
  default     = null

  validation {
    condition     = var.origin_verify_secret_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:", var.origin_verify_secret_arn))
    error_message = "Give the ARN of a secret in Secrets Manager."
  }

  validation {
    condition     = var.environment != "prod" || var.api_type == "REST" || var.origin_verify_secret_arn != null
    error_message = "In prod, set origin_verify_secret_arn: without the header anyone walks around the distribution and its web ACL."
  }
}

variable "auto_deploy" {
  description = "Deploys each change of the HTTP API at once; null does so in dev only"
  type        = bool
  default     = null

  validation {
    condition     = !(var.environment == "prod" && coalesce(var.auto_deploy, false))
    error_message = "Leave auto_deploy off in prod: changes go live with a reviewed deployment."
  }
}

variable "custom_domain_name" {
  description = "Domain of the API"
  type        = string
  default     = null

  validation {
    condition     = var.custom_domain_name == null || can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.custom_domain_name))
    error_message = "Give a host name such as mcp.example.com."
  }

  validation {
    condition     = (var.custom_domain_name == null) == (var.certificate_arn == null)
    error_message = "Give custom_domain_name and certificate_arn together."
  }
}

variable "certificate_arn" {
  description = "Certificate of the domain, in the API's region"
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "Give the ARN of a certificate in ACM."
  }
}

variable "hosted_zone_id" {
  description = "Zone in Route 53 that gets the domain's records; null leaves them to you"
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || var.custom_domain_name != null
    error_message = "Set custom_domain_name, or remove hosted_zone_id."
  }
}

variable "disable_execute_api_endpoint" {
  description = "Closes the API's own host name; null does so when there is a custom domain"
  type        = bool
  default     = null

  validation {
    condition     = !coalesce(var.disable_execute_api_endpoint, false) || var.custom_domain_name != null
    error_message = "Set custom_domain_name: without it and without its own host name the API cannot be reached."
  }

  validation {
    condition     = var.environment != "prod" || (var.custom_domain_name != null && coalesce(var.disable_execute_api_endpoint, true))
    error_message = "In prod, set custom_domain_name and leave disable_execute_api_endpoint on: the own host name walks around the web ACL."
  }
}

variable "enable_mtls" {
  description = "Requires a client certificate on the custom domain"
  type        = bool
  default     = false

  validation {
    condition     = !var.enable_mtls || var.custom_domain_name != null
    error_message = "Set custom_domain_name for mTLS: the API's own host name asks for no client certificate."
  }
}

variable "mtls_truststore_uri" {
  description = "Bundle of certificate authorities in S3"
  type        = string
  default     = null

  validation {
    condition     = var.mtls_truststore_uri == null || can(regex("^s3://[^/]+/.+$", var.mtls_truststore_uri))
    error_message = "Give the address of the bundle as s3://<bucket>/<key>."
  }

  validation {
    condition     = var.enable_mtls == (var.mtls_truststore_uri != null)
    error_message = "Give mtls_truststore_uri exactly when enable_mtls is on."
  }
}

variable "mtls_truststore_version" {
  description = "Version of the bundle; pins whom the API trusts"
  type        = string
  default     = null

  validation {
    condition     = var.enable_mtls == (var.mtls_truststore_version != null)
    error_message = "Give mtls_truststore_version exactly when enable_mtls is on: without it, whoever can write the object decides whom the API trusts."
  }
}

variable "ip_address_type" {
  description = "How the API is reached: dualstack for IPv4 and IPv6, or ipv4"
  type        = string
  default     = "dualstack"

  validation {
    condition     = contains(["dualstack", "ipv4"], var.ip_address_type)
    error_message = "Set ip_address_type to dualstack or ipv4."
  }
}

variable "enable_health_check" {
  description = "Adds a route without authorisation for health checks, and a health check in Route 53 when there is a custom domain"
  type        = bool
  default     = false

  validation {
    condition     = !(var.enable_health_check && var.enable_mtls)
    error_message = "Turn enable_health_check off with mTLS: the checkers of Route 53 have no client certificate and would never see a healthy server."
  }
}

variable "health_check_path" {
  description = "Path of that route, the only one without authorisation"
  type        = string
  default     = "/healthz"

  validation {
    condition     = can(regex("^/[a-z0-9-]+$", var.health_check_path)) && var.health_check_path != "/mcp"
    error_message = "Give a path of one part, such as /healthz; /mcp needs a token, so it would always look unhealthy."
  }
}

# Sessions and images

variable "enable_session_table" {
  description = "Creates a table for MCP sessions; tenant isolation always has one"
  type        = bool
  default     = false
}

variable "session_ttl_seconds" {
  description = "Life of a session in seconds, told to the function as SESSION_TTL_SECONDS"
  type        = number
  default     = 3600

  validation {
    condition     = var.session_ttl_seconds >= 60 && var.session_ttl_seconds <= 86400
    error_message = "Set session_ttl_seconds from 60 to 86400."
  }
}

variable "replica_regions" {
  description = "Regions that hold a replica of the session table: region => ARN of its key there"
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for region, arn in var.replica_regions :
      can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region)) && can(regex("^arn:aws[a-z-]*:kms:${region}:", arn))
    ])
    error_message = "Map each region to the ARN of a KMS key of that region."
  }

  validation {
    condition     = length(var.replica_regions) == 0 || var.enable_session_table || var.enable_tenant_isolation
    error_message = "Set enable_session_table, or remove replica_regions: there is no table to replicate."
  }
}

variable "enable_ecr_repository" {
  description = "Creates a repository for the server's images"
  type        = bool
  default     = false
}

variable "ecr_image_tag_mutability" {
  description = "IMMUTABLE, or MUTABLE outside prod"
  type        = string
  default     = "IMMUTABLE"

  validation {
    condition     = contains(["IMMUTABLE", "MUTABLE"], var.ecr_image_tag_mutability) && !(var.environment == "prod" && var.ecr_image_tag_mutability == "MUTABLE")
    error_message = "Set ecr_image_tag_mutability to IMMUTABLE; MUTABLE is refused in prod, where a tag must mean one image."
  }
}

variable "ecr_scan_on_push" {
  description = "Scans images for known vulnerabilities when they are pushed"
  type        = bool
  default     = true

  validation {
    condition     = var.ecr_scan_on_push || var.environment != "prod"
    error_message = "Leave ecr_scan_on_push on in prod."
  }
}

# Logs, traces and alarms

variable "log_retention_days" {
  description = "Days that logs are kept"
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Set log_retention_days to a number that CloudWatch Logs offers, such as 90 or 365."
  }

  validation {
    condition     = var.environment == "dev" || var.log_retention_days >= 90
    error_message = "Keep logs for at least 90 days outside dev: auditors ask for them."
  }
}

variable "audit_log_destination_arn" {
  description = "Log destination of a SIEM that receives the access log and the function's log; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.audit_log_destination_arn == null || can(regex("^arn:aws[a-z-]*:logs:[a-z0-9-]+:[0-9]{12}:destination:", var.audit_log_destination_arn))
    error_message = "Give the ARN of a log destination (arn:<partition>:logs:<region>:<account>:destination:<name>); its policy must admit this account."
  }
}

variable "enable_xray_tracing" {
  description = "Traces requests with X-Ray"
  type        = bool
  default     = true

  validation {
    condition     = var.enable_xray_tracing || var.environment != "prod"
    error_message = "Leave enable_xray_tracing on in prod."
  }
}

variable "xray_sampling_rate" {
  description = "Part of the requests that is traced, from 0 to 1"
  type        = number
  default     = 0.05

  validation {
    condition     = var.xray_sampling_rate >= 0 && var.xray_sampling_rate <= 1
    error_message = "Set xray_sampling_rate from 0 to 1."
  }
}

variable "alarm_sns_topic_arn" {
  description = "Existing topic for alarms of every tier; null creates one topic per tier"
  type        = string
  default     = null

  validation {
    condition     = var.alarm_sns_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:", var.alarm_sns_topic_arn))
    error_message = "Give the ARN of an SNS topic."
  }

  validation {
    condition     = var.alarm_sns_topic_arn == null || var.alarm_topic_arns == null
    error_message = "Give alarm_sns_topic_arn or alarm_topic_arns, not both."
  }
}

variable "alarm_topic_arns" {
  description = "Existing topics for alarms, one per tier; null creates them"
  type = object({
    p1 = string
    p2 = string
    p3 = string
  })
  default = null

  validation {
    condition     = var.alarm_topic_arns == null || alltrue([for arn in values(coalesce(var.alarm_topic_arns, { p1 = "", p2 = "", p3 = "" })) : can(regex("^arn:aws[a-z-]*:sns:", arn))])
    error_message = "Give the ARNs of three SNS topics."
  }
}

variable "alarm_subscriptions" {
  description = "Who hears of alarms: name => protocol, endpoint and tiers (P1, P2, P3) of a subscription to the topics created here"
  type = map(object({
    protocol = string
    endpoint = string
    tiers    = set(string)
  }))
  default = {}

  validation {
    condition = var.environment != "prod" || var.alarm_sns_topic_arn != null || var.alarm_topic_arns != null || alltrue([
      for tier in ["P1", "P2", "P3"] : anytrue([for subscription in values(var.alarm_subscriptions) : contains(subscription.tiers, tier)])
    ])
    error_message = "In prod, subscribe somebody to each tier (P1, P2, P3): an alarm without a reader is none."
  }
}

variable "alarm_actions_enabled" {
  description = "Lets alarms notify their topics"
  type        = bool
  default     = true

  validation {
    condition     = var.alarm_actions_enabled || var.environment != "prod"
    error_message = "Leave alarm_actions_enabled on in prod."
  }
}

variable "runbook_base" {
  description = "Where the runbooks are that alarms refer to"
  type        = string
  default     = "docs/runbooks"

  validation {
    condition     = length(var.runbook_base) > 0 && !endswith(var.runbook_base, "/")
    error_message = "Give a folder or address without a slash at its end."
  }
}

variable "dead_letter_retention_seconds" {
  description = "Seconds that events which could not be handled are kept"
  type        = number
  default     = 1209600

  validation {
    condition     = var.dead_letter_retention_seconds >= 86400 && var.dead_letter_retention_seconds <= 1209600
    error_message = "Set dead_letter_retention_seconds from 86400 (a day) to 1209600 (14 days)."
  }
}
