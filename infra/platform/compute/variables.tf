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

variable "log_retention_days" {
  description = "Days that application logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Choose a number of days that CloudWatch knows, such as 7, 90 or 365."
  }

  validation {
    condition     = var.log_retention_days >= 90 || var.environment == "dev"
    error_message = "Keep logs for 90 days or more outside dev."
  }
}

variable "artifacts_dir" {
  description = "Folder with one zip per Lambda service, `<service>.zip`, each with the program `bootstrap`. A plan works without the files, an apply does not."
  type        = string
}

variable "architecture" {
  description = "Processor that the programs are built for: arm64 or x86_64."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Choose arm64 or x86_64 as the architecture."
  }
}

variable "reserved_concurrency" {
  description = "Most instances of a Lambda service at a time, by service. Prod needs a number for each: one that runs wild would stop the others."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.reserved_concurrency), local.function_services)) == 0
    error_message = "The reserved_concurrency names a service that infra/topology.json does not run on Lambda."
  }

  validation {
    condition     = var.environment != "prod" || length(setsubtract(local.function_services, keys(var.reserved_concurrency))) == 0
    error_message = "Reserve concurrency for every Lambda service in prod."
  }
}

variable "container_counts" {
  description = "Fewest and most tasks of each Fargate service."
  type = map(object({
    min = number
    max = number
  }))
  default = {}

  validation {
    condition     = alltrue([for count in values(var.container_counts) : count.min >= 1 && count.max >= count.min])
    error_message = "Use at least one task, and a max that is not below min."
  }

  validation {
    condition     = var.environment != "prod" || alltrue([for count in values(var.container_counts) : count.min >= 2])
    error_message = "Use two or more tasks of each service in prod, so that one can fail."
  }
}

variable "insights_layer_arn" {
  description = "Version of the Lambda Insights layer for this region and architecture, which measures memory; none where null."
  type        = string
  default     = null

  validation {
    condition     = var.insights_layer_arn != null || var.environment != "prod"
    error_message = "Give insights_layer_arn in prod: without it nobody sees a function run out of memory."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer. Can be switched off outside prod, for a teardown."
  type        = bool
  default     = true

  validation {
    condition     = var.deletion_protection || var.environment != "prod"
    error_message = "Leave deletion_protection on in prod."
  }
}

variable "extra_environment" {
  description = "Further settings of all services, such as the address of an emulator. They win over ours; dev only."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.extra_environment) == 0 || var.environment == "dev"
    error_message = "Leave extra_environment empty outside dev: what a service is told belongs into the module."
  }
}

variable "tasks_enabled" {
  description = "Whether the API is invoked on a schedule, for what it does beside requests."
  type        = bool
  default     = true

  validation {
    condition     = var.tasks_enabled || var.environment == "dev"
    error_message = "Leave tasks_enabled on outside dev: commands that got lost are sent again by a task."
  }
}

variable "websocket_certificate_arn" {
  description = "Certificate of the load balancer of progress-fanout, in its region. Without it progress-fanout is not deployed."
  type        = string
  default     = null

  validation {
    condition     = var.websocket_certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.websocket_certificate_arn))
    error_message = "Give the ARN of a certificate in ACM."
  }

  validation {
    condition     = var.websocket_certificate_arn != null || var.environment != "prod"
    error_message = "Give websocket_certificate_arn in prod: dashboards follow tests through progress-fanout."
  }
}

variable "access_logs_bucket" {
  description = "Bucket of the load balancer's access log."
  type        = string
  default     = null

  validation {
    condition     = var.access_logs_bucket != null || var.environment != "prod"
    error_message = "Give access_logs_bucket in prod: who connects is to be known."
  }
}

variable "github_secret_arns" {
  description = "Secrets with credentials for GitHub by the setting of scan-worker that they hold, MCP_AUDIT_GITHUB_TOKENS or MCP_AUDIT_GITHUB_APPS. Scans see public repositories only where empty."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for arn in values(var.github_secret_arns) : can(regex("^arn:aws[a-z-]*:secretsmanager:", arn))])
    error_message = "Give ARNs of secrets in Secrets Manager."
  }

  validation {
    condition     = length(setsubtract(keys(var.github_secret_arns), ["MCP_AUDIT_GITHUB_TOKENS", "MCP_AUDIT_GITHUB_APPS"])) == 0
    error_message = "Name the setting of scan-worker that each secret holds: MCP_AUDIT_GITHUB_TOKENS or MCP_AUDIT_GITHUB_APPS."
  }
}

variable "secret_rotation_function_arn" {
  description = "Function that rotates the secrets of this module every 90 days; none where null."
  type        = string
  default     = null

  validation {
    condition     = var.secret_rotation_function_arn == null || can(regex("^arn:aws[a-z-]*:lambda:", var.secret_rotation_function_arn))
    error_message = "Give the ARN of a Lambda function."
  }
}

variable "container_images" {
  description = "Image per Fargate service. A service without one is not deployed; prod needs all, by digest."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.container_images), local.container_services)) == 0
    error_message = "The container_images name a service that infra/topology.json does not run on Fargate."
  }

  validation {
    condition     = var.environment == "dev" || alltrue([for image in values(var.container_images) : can(regex("@sha256:[0-9a-f]{64}$", image))])
    error_message = "Name images by digest (@sha256:...) outside dev: a tag can be moved to other content."
  }

  validation {
    condition     = var.environment != "prod" || length(setsubtract(local.container_services, keys(var.container_images))) == 0
    error_message = "Give an image for every Fargate service in prod."
  }
}

variable "kms_key_arns" {
  description = "Keys by class of data: data (table, buckets), messaging (queues, topic), logs, secrets (secrets, settings of functions)."
  type = object({
    data      = string
    messaging = string
    logs      = string
    secrets   = string
  })

  validation {
    condition     = alltrue([for arn in values(var.kms_key_arns) : can(regex("^arn:aws[a-z-]*:kms:", arn))])
    error_message = "Give the ARN of a KMS key for each class of data."
  }
}

variable "queues" {
  description = "Output queues of platform/messaging."
  type = map(object({
    arn                    = string
    url                    = string
    name                   = string
    dead_letter_queue_arn  = string
    dead_letter_queue_name = string
  }))
}

variable "topic_arn" {
  description = "Topic of all facts."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:", var.topic_arn))
    error_message = "Give the ARN of an SNS topic."
  }
}

variable "mail" {
  description = "Output mail of platform/messaging."
  type = object({
    identity_arn          = string
    configuration_set_arn = string
    sender                = string
  })
}

variable "table" {
  description = "Output table of platform/data."
  type = object({
    name = string
    arn  = string
  })
}

variable "buckets" {
  description = "Output buckets of platform/data."
  type = map(object({
    name = string
    arn  = string
  }))
}

variable "identity" {
  description = "Output identity of platform/auth."
  type = object({
    user_pool_id  = string
    user_pool_arn = string
    app_client_id = string
    issuer        = string
    jwks_url      = string
  })
}

variable "network" {
  description = "Output network of platform/network. Without it functions run outside a VPC and nothing runs on Fargate."
  type = object({
    vpc_id                   = string
    private_subnet_ids       = list(string)
    isolated_subnet_ids      = list(string)
    worker_security_group    = string
    balancer_security_group  = string
    websocket_security_group = string
  })
  default = null

  validation {
    condition     = var.network != null || length(var.container_images) == 0
    error_message = "Give a network for the services on Fargate, or no container_images."
  }
}

variable "redis_secret" {
  description = "Secret with the address of Redis (output of platform/cache). Without it dashboards poll and nothing limits clients."
  type = object({
    arn  = string
    name = string
  })
  default = null
}

variable "trusted_proxies" {
  description = "Proxies of ours that append to X-Forwarded-For: 1 with the gateway alone, 2 with CloudFront before it."
  type        = number
  default     = 1

  validation {
    condition     = contains([0, 1, 2], var.trusted_proxies)
    error_message = "Give the number of proxies: 0, 1 or 2."
  }
}

variable "public_url" {
  description = "Public URL of the API, for links in e-mails."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+/?$", var.public_url)) || (var.environment == "dev" && startswith(var.public_url, "http://"))
    error_message = "The public_url must be https://<host>; http:// is for dev only."
  }
}

variable "progress_url" {
  description = "Public URL of the WebSocket of progress-fanout."
  type        = string
  default     = "wss://localhost/ws"

  validation {
    condition     = startswith(var.progress_url, "wss://") || (var.environment == "dev" && startswith(var.progress_url, "ws://"))
    error_message = "The progress_url must begin with wss://; ws:// is for dev only."
  }
}

variable "allowed_origins" {
  description = "Web pages that may call the API and open the WebSocket, such as https://app.example."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.allowed_origins : can(regex("^https://[^*/]+$", origin)) || (var.environment == "dev" && startswith(origin, "http://localhost"))])
    error_message = "Write each origin as https://app.example, without a path or '*'; http://localhost is for dev only."
  }
}
