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

# Network
variable "enable_network" {
  description = "Whether there is a VPC. Without it functions run outside one, nothing runs on Fargate and there is no Redis; for a cheap dev."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_network || var.environment == "dev"
    error_message = "Leave enable_network on outside dev: tests run on Fargate, which needs a VPC."
  }
}

variable "availability_zones" {
  description = "Zones of the VPC, two or three."
  type        = list(string)
  default     = []

  validation {
    condition     = !var.enable_network || length(var.availability_zones) >= 2
    error_message = "Name two or three availability_zones for the VPC."
  }
}

variable "cidr_block" {
  description = "Address range of the VPC."
  type        = string
  default     = "10.40.0.0/16"
}

variable "nat_gateways" {
  description = "How workers reach the internet: none, single or per_zone."
  type        = string
  default     = "per_zone"
}

variable "interface_endpoints" {
  description = "AWS services that are reached inside the VPC."
  type        = set(string)
  default     = ["logs", "secretsmanager", "sns", "sqs"]
}

variable "endpoint_zone_count" {
  description = "Zones with an interface endpoint; all where null."
  type        = number
  default     = null
}

variable "cloudfront_prefix_list_id" {
  description = "AWS's list of the addresses that CloudFront comes from in this region."
  type        = string
  default     = null
}

# Keys and secrets
variable "key_admin_arns" {
  description = "Roles that administer the keys and cannot use them; at least one in prod."
  type        = set(string)
  default     = []
}

variable "edge_logs_kms_key_arn" {
  description = "Key in us-east-1 for the log of CloudFront's web ACL; ours where null and the platform is in us-east-1."
  type        = string
  default     = null

  validation {
    condition     = var.edge_logs_kms_key_arn != null || !(var.enable_cdn && var.enable_waf) || data.aws_region.current.name == "us-east-1"
    error_message = "Give edge_logs_kms_key_arn, a key in us-east-1, where the platform is in another region."
  }
}

variable "edge_alarms_kms_key_arn" {
  description = "Key in us-east-1 for alarms of CloudFront's web ACL; not needed where the platform is in us-east-1."
  type        = string
  default     = null
}

variable "secret_rotation_function_arn" {
  description = "Function that rotates the secrets of the platform every 90 days; see the README for what it has to do. None where null."
  type        = string
  default     = null
}

variable "github_secret_arns" {
  description = "Secrets with credentials for GitHub, by the setting of scan-worker that they hold."
  type        = map(string)
  default     = {}
}

# Data
variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data. Off for a teardown, outside prod."
  type        = bool
  default     = true
}

variable "replicas" {
  description = "Buckets, by key of infra/topology.json, that are copied to another region, and the bucket and key there."
  type = map(object({
    bucket_arn  = string
    kms_key_arn = string
  }))
  default = {}
}

# Redis
variable "enable_cache" {
  description = "Whether there is a Redis. Without it dashboards poll, nothing limits clients and progress-fanout is not deployed."
  type        = bool
  default     = true

  validation {
    condition     = var.enable_cache || var.environment == "dev"
    error_message = "Leave enable_cache on outside dev: without Redis nothing limits clients."
  }
}

variable "cache_node_type" {
  description = "Type of the nodes of Redis."
  type        = string
  default     = "cache.t4g.micro"
}

variable "cache_node_count" {
  description = "Nodes of Redis; two or more in prod."
  type        = number
  default     = 1
}

# Services
variable "artifacts_dir" {
  description = "Folder with one zip per Lambda service, `<service>.zip`."
  type        = string
}

variable "architecture" {
  description = "Processor that the programs are built for: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "container_images" {
  description = "Image per Fargate service; one without an image is not deployed. All in prod, by digest."
  type        = map(string)
  default     = {}
}

variable "container_counts" {
  description = "Fewest and most tasks of each Fargate service."
  type = map(object({
    min = number
    max = number
  }))
  default = {}
}

variable "reserved_concurrency" {
  description = "Most instances of each Lambda service at a time; a number for each in prod."
  type        = map(number)
  default     = {}
}

variable "insights_layer_arn" {
  description = "Version of the Lambda Insights layer for this region and architecture; needed in prod."
  type        = string
  default     = null
}

variable "tasks_enabled" {
  description = "Whether the API is invoked on a schedule, for what it does beside requests."
  type        = bool
  default     = true
}

variable "extra_environment" {
  description = "Further settings of all services, such as the address of an emulator; dev only."
  type        = map(string)
  default     = {}
}

# Addresses
variable "public_url" {
  description = "Public URL of the API in e-mails; https://<domain_name> where null."
  type        = string
  default     = null

  validation {
    condition     = var.public_url != null || var.domain_name != null || var.environment == "dev"
    error_message = "Give domain_name, or public_url where another name leads to the platform."
  }
}

variable "enable_cdn" {
  description = "Whether CloudFront is before everything; off in dev only."
  type        = bool
  default     = true
}

variable "enable_waf" {
  description = "Whether web ACLs are before CloudFront and API; off in dev only."
  type        = bool
  default     = true
}

variable "domain_name" {
  description = "Name under which people reach web application, API and WebSocket."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Certificate of domain_name, in us-east-1."
  type        = string
  default     = null
}

variable "api_domain_name" {
  description = "Name under which CloudFront alone reaches the API."
  type        = string
  default     = null
}

variable "api_certificate_arn" {
  description = "Certificate of api_domain_name, in the region of the platform."
  type        = string
  default     = null
}

variable "websocket_domain_name" {
  description = "Name in the certificate of the load balancer of progress-fanout, which CloudFront asks it for."
  type        = string
  default     = null

  validation {
    condition     = (var.websocket_domain_name == null) == (var.websocket_certificate_arn == null)
    error_message = "Give websocket_domain_name and websocket_certificate_arn together."
  }
}

variable "websocket_certificate_arn" {
  description = "Certificate of websocket_domain_name, in the region of the platform. Without it progress-fanout is not deployed."
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Zone that gets the records of the names; none where null."
  type        = string
  default     = null
}

# People and mail
variable "sign_in_domain_prefix" {
  description = "Prefix of the domain that issues machine tokens; name, environment and account where null."
  type        = string
  default     = null
}

variable "identity_providers" {
  description = "OpenID Connect providers that people may sign in with, by name."
  type = map(object({
    issuer            = string
    client_id         = string
    client_secret_arn = string
  }))
  default = {}
}

variable "mail_identity" {
  description = "Domain or address that SES sends from; the one of infra/topology.json where null."
  type        = string
  default     = null
}

variable "mail_sender" {
  description = "Address in From; the one of infra/topology.json where null."
  type        = string
  default     = null
}

# Watching
variable "log_retention_days" {
  description = "Days that application logs are kept."
  type        = number
  default     = 90
}

variable "runbook_base" {
  description = "Folder or URL of the runbooks that alarms name."
  type        = string
  default     = "docs/runbooks"
}

variable "alarm_subscriptions" {
  description = "Who is told of alarms, by a name of your choice; in prod each tier needs one, and P1 one that is no e-mail."
  type = map(object({
    protocol = string
    endpoint = string
    tiers    = set(string)
  }))
  default = {}
}

variable "audit_log_destination" {
  description = "Where audit events are copied to for a SIEM: a stream with the role that writes to it, or a log destination without one."
  type = object({
    arn      = string
    role_arn = optional(string)
  })
  default = null
}
