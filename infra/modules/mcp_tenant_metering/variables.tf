variable "name" {
  description = "Name of the MCP server, the first part of every resource's name"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Choose a name of 1 to 40 lower-case letters, digits and hyphens that starts with a letter."
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

variable "kms_key_arn" {
  description = "Key that encrypts the usage table and topics"
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key (arn:<partition>:kms:<region>:<account>:key/...)."
  }
}

variable "lambda_role_name" {
  description = "Role that adds usage up: the execution role of the MCP server"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.lambda_role_name))
    error_message = "Give the name of an IAM role: 1 to 64 characters."
  }
}

variable "api_log_group_name" {
  description = "Log group of the API's access log, which metrics are made from; null makes none"
  type        = string
  default     = null

  validation {
    condition     = var.api_log_group_name == null || can(regex("^[A-Za-z0-9_/.#-]{1,512}$", var.api_log_group_name))
    error_message = "Give the name of a log group."
  }
}

variable "metric_namespace" {
  description = "Namespace of the metrics"
  type        = string
  default     = "MCP/TenantMetering"

  validation {
    condition     = can(regex("^[A-Za-z0-9_./#-]{1,255}$", var.metric_namespace)) && !startswith(var.metric_namespace, "AWS/")
    error_message = "Choose a namespace that does not start with AWS/, which is reserved."
  }
}

variable "usage_ttl_days" {
  description = "Days that usage is kept: the tag RetentionDays tells the writer what to put into the attribute ttl"
  type        = number
  default     = 90

  validation {
    condition     = var.usage_ttl_days >= 1 && floor(var.usage_ttl_days) == var.usage_ttl_days
    error_message = "Set usage_ttl_days to a whole number of days."
  }

  validation {
    condition     = var.environment != "prod" || var.usage_ttl_days >= 90
    error_message = "Keep usage for at least 90 days in prod: bills are disputed later than they are sent."
  }
}

variable "enable_quota_alarm" {
  description = "Alarms when requests pass quota_request_threshold"
  type        = bool
  default     = true
}

variable "quota_request_threshold" {
  description = "Requests per period, of a metered tenant and of all together, from which on there is an alarm"
  type        = number
  default     = 10000

  validation {
    condition     = var.quota_request_threshold > 0
    error_message = "Set quota_request_threshold above 0."
  }
}

variable "quota_alarm_period" {
  description = "Seconds over which requests are counted"
  type        = number
  default     = 86400

  validation {
    condition     = contains([10, 30], var.quota_alarm_period) || (var.quota_alarm_period >= 60 && var.quota_alarm_period % 60 == 0)
    error_message = "Set quota_alarm_period to 10, 30 or a multiple of 60 seconds."
  }

  validation {
    condition     = var.quota_alarm_period * var.quota_alarm_evaluation_periods <= (var.quota_alarm_period < 3600 ? 86400 : 604800)
    error_message = "Keep quota_alarm_period x quota_alarm_evaluation_periods within a day, or within 7 days for periods of an hour and more: CloudWatch refuses longer windows."
  }
}

variable "quota_alarm_evaluation_periods" {
  description = "Periods in a row that must pass the threshold"
  type        = number
  default     = 1

  validation {
    condition     = var.quota_alarm_evaluation_periods >= 1 && floor(var.quota_alarm_evaluation_periods) == var.quota_alarm_evaluation_periods
    error_message = "Set quota_alarm_evaluation_periods to a whole number from 1."
  }
}

variable "error_rate_threshold" {
  description = "Failed requests in 5 minutes, of a metered tenant and of all together, from which on there is an alarm"
  type        = number
  default     = 50

  validation {
    condition     = var.error_rate_threshold > 0
    error_message = "Set error_rate_threshold above 0."
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

variable "runbook_base" {
  description = "Where the runbooks are that alarms refer to"
  type        = string
  default     = "docs/runbooks"

  validation {
    condition     = length(var.runbook_base) > 0 && !endswith(var.runbook_base, "/")
    error_message = "Give a folder or address without a slash at its end."
  }
}

variable "metered_tenant_ids" {
  description = "Tenants that get metrics and alarms of their own; each costs metrics and alarms"
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.metered_tenant_ids) <= 50
    error_message = "Name at most 50 metered tenants; Contributor Insights ranks the others without a metric each."
  }

  validation {
    condition     = alltrue([for tenant in var.metered_tenant_ids : can(regex("^[a-z0-9][a-z0-9-]{2,40}$", tenant))])
    error_message = "Name tenants with 3 to 41 lower-case letters, digits and hyphens."
  }
}

variable "enable_contributor_insights" {
  description = "Ranks all tenants by requests and by errors"
  type        = bool
  default     = true
}

variable "usage_event_queue_arn" {
  description = "Queue that the server sends usage events to; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.usage_event_queue_arn == null || can(regex("^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.usage_event_queue_arn))
    error_message = "Give the ARN of an SQS queue."
  }
}
