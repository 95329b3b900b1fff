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

variable "runbook_base" {
  description = "Folder or URL of the runbooks."
  type        = string
  default     = "docs/runbooks"
}

variable "kms_key_arn" {
  description = "Key that encrypts the topics of alarms; its policy must let cloudwatch.amazonaws.com use it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Set kms_key_arn to the ARN of a key."
  }
}

variable "edge_kms_key_arn" {
  description = "The same for topics in us-east-1, where CloudFront's web ACL is watched. Needed where the platform is in another region and web_acls.edge is set."
  type        = string
  default     = null

  validation {
    condition     = var.edge_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:us-east-1:", var.edge_kms_key_arn))
    error_message = "Set edge_kms_key_arn to the ARN of a key in us-east-1."
  }
}

variable "alarm_subscriptions" {
  description = "Who is told, by a name of your choice: protocol and endpoint of an SNS subscription, and the tiers (P1, P2, P3) it gets. In prod each tier needs one, and P1 one that is no e-mail."
  type = map(object({
    protocol = string
    endpoint = string
    tiers    = set(string)
  }))
  default = {}

  validation {
    condition     = var.environment != "prod" || length(setsubtract(["P1", "P2", "P3"], flatten([for s in values(var.alarm_subscriptions) : tolist(s.tiers)]))) == 0
    error_message = "Subscribe somebody to each of P1, P2 and P3 in prod: an alarm without a reader is none."
  }
}

variable "xray_sampling_rate" {
  description = "Share of requests that are traced, 0 to 1. Null means all in dev and 5 % elsewhere."
  type        = number
  default     = null

  validation {
    condition     = var.xray_sampling_rate == null ? true : var.xray_sampling_rate >= 0 && var.xray_sampling_rate <= 1
    error_message = "Set xray_sampling_rate to a share from 0 to 1."
  }
}

variable "audit_log_destination" {
  description = "Where audit events are copied to for a SIEM: a stream of Kinesis or Firehose and the role that may write to it, or a log destination of another account without role."
  type = object({
    arn      = string
    role_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.audit_log_destination == null ? true : can(regex("^arn:aws[a-z-]*:(kinesis|firehose|logs):", var.audit_log_destination.arn))
    error_message = "Set audit_log_destination.arn to a stream of Kinesis or Firehose or to a log destination."
  }

  validation {
    condition     = var.audit_log_destination == null ? true : can(regex(":logs:", var.audit_log_destination.arn)) == (var.audit_log_destination.role_arn == null)
    error_message = "Give audit_log_destination a role_arn for a stream, and none for a log destination."
  }
}

# What is watched

variable "functions" {
  description = "Output functions of platform/compute: every Lambda service of infra/topology.json."
  type = map(object({
    name                   = string
    log_group_name         = string
    timeout_seconds        = number
    reserved_concurrency   = optional(number)
    insights               = optional(bool, false)
    dead_letter_queue_name = optional(string)
  }))

  validation {
    condition     = length(setsubtract(local.lambda_services, keys(var.functions))) == 0
    error_message = "Give all Lambda services of infra/topology.json as functions: none goes unwatched."
  }
}

variable "containers" {
  description = "Output containers of platform/compute: every Fargate service of infra/topology.json, in prod."
  type = map(object({
    cluster_name   = string
    service_name   = string
    log_group_name = string
  }))
  default = {}

  validation {
    condition     = var.environment != "prod" || length(setsubtract(local.fargate_services, keys(var.containers))) == 0
    error_message = "Give all Fargate services of infra/topology.json as containers in prod: none goes unwatched."
  }
}

variable "queues" {
  description = "Output queues of platform/messaging: every queue of infra/topology.json."
  type = map(object({
    name                   = string
    dead_letter_queue_name = string
  }))

  validation {
    condition     = length(setsubtract(keys(local.topology.queues), keys(var.queues))) == 0
    error_message = "Give all queues of infra/topology.json: none goes unwatched."
  }
}

variable "table_name" {
  description = "Name of the table."
  type        = string
}

variable "redis_node_ids" {
  description = "Ids of the nodes of Redis (redis.member_ids of platform/cache). Empty without Redis."
  type        = list(string)
  default     = []
}

variable "mail_configuration_set" {
  description = "Configuration set that mail is sent with (mail.configuration_set_name of platform/messaging)."
  type        = string
}

variable "api" {
  description = "Output api of platform/edge."
  type = object({
    name                  = string
    stage                 = string
    access_log_group_name = string
  })
}

variable "web_acls" {
  description = "Output web_acls of platform/edge."
  type = object({
    edge   = optional(string)
    origin = optional(string)
  })
  default = {}
}

variable "websocket" {
  description = "Output websocket of platform/compute: load balancer and target group as CloudWatch knows them. Null without them."
  type = object({
    load_balancer_arn_suffix = string
    target_group_arn_suffix  = string
  })
  default = null
}
