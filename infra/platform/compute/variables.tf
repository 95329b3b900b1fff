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
  description = "Folder with one zip per Lambda service, <service>.zip, each with the arm64 program `bootstrap`."
  type        = string
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
    public_subnet_ids        = list(string)
    private_subnet_ids       = list(string)
    service_security_group   = string
    egress_security_group    = string
    balancer_security_group  = string
    websocket_security_group = string
  })
  default = null
}

variable "redis_secret_arn" {
  description = "Secret with the address of Redis. Without it dashboards poll and nothing limits clients."
  type        = string
  default     = null
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
    condition     = startswith(var.progress_url, "wss://")
    error_message = "The progress_url must begin with wss://."
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
