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

variable "service" {
  description = "Value of the tag Service: whose alarms these are."
  type        = string
  default     = "alarms"
}

variable "runbook_base" {
  description = "Folder or URL of the runbooks; each alarm's description ends with the address of its runbook there."
  type        = string
  default     = "docs/runbooks"
}

variable "actions_enabled" {
  description = "Whether alarms notify anyone. Off only while a dev environment is being built."
  type        = bool
  default     = true

  validation {
    condition     = var.actions_enabled || var.environment != "prod"
    error_message = "Leave actions_enabled on in prod: an alarm that tells nobody is none."
  }
}

# Where alarms go

variable "topic_arns" {
  description = "Topics of the three tiers, where another call of this module already made them. Null makes them here."
  type = object({
    p1 = string
    p2 = string
    p3 = string
  })
  default = null
}

variable "kms_key_arn" {
  description = "Key that encrypts the topics; its policy must let cloudwatch.amazonaws.com use it. Needed unless topic_arns is set."
  type        = string
  default     = null

  validation {
    condition     = var.topic_arns != null || can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Set kms_key_arn to the ARN of a key: the topics that this module makes are encrypted with it."
  }
}

variable "alarm_subscriptions" {
  description = "Who is told, by a name of your choice: protocol and endpoint of an SNS subscription, and the tiers (P1, P2, P3) it gets."
  type = map(object({
    protocol = string
    endpoint = string
    tiers    = set(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for s in values(var.alarm_subscriptions) : contains(["email", "https", "sqs", "lambda"], s.protocol)])
    error_message = "Use email, https, sqs or lambda as the protocol of each subscription."
  }

  validation {
    condition     = alltrue([for s in values(var.alarm_subscriptions) : length(s.tiers) > 0 && length(setsubtract(s.tiers, ["P1", "P2", "P3"])) == 0])
    error_message = "Name at least one of the tiers P1, P2 and P3 in each subscription."
  }

  validation {
    condition     = var.environment != "prod" || var.topic_arns != null || length(setsubtract(["P1", "P2", "P3"], flatten([for s in values(var.alarm_subscriptions) : tolist(s.tiers)]))) == 0
    error_message = "Subscribe somebody to each of P1, P2 and P3 in prod: an alarm without a reader is none."
  }

  validation {
    condition     = var.environment != "prod" || var.topic_arns != null || anytrue([for s in values(var.alarm_subscriptions) : contains(s.tiers, "P1") && s.protocol != "email"])
    error_message = "Give P1 a subscription other than e-mail in prod: an e-mail subscription tells nobody until a person has confirmed it."
  }
}

# What is watched

variable "alarms" {
  description = "Alarms of your own, by the end of their name: either namespace and metric, or expression over metrics (metric math, at most ten). `runbook` is the name of a file without `.md`."
  type = map(object({
    tier        = string
    description = string
    runbook     = string
    threshold   = number
    namespace   = optional(string)
    metric      = optional(string)
    stat        = optional(string, "Sum")
    dimensions  = optional(map(string), {})
    period      = optional(number, 300)
    evaluations = optional(number, 1)
    comparison  = optional(string, "GreaterThanThreshold")
    missing     = optional(string, "notBreaching")
    expression  = optional(string)
    metrics = optional(map(object({
      namespace  = string
      metric     = string
      stat       = optional(string, "Sum")
      dimensions = optional(map(string), {})
    })), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for a in values(var.alarms) : contains(["P1", "P2", "P3"], a.tier)])
    error_message = "Set the tier of each alarm to P1 (page), P2 (ticket) or P3 (digest)."
  }

  validation {
    condition     = alltrue([for a in values(var.alarms) : can(regex("^[a-z][a-z0-9-]*$", a.runbook))])
    error_message = "Name the runbook of each alarm by its file without .md, such as lambda-errors."
  }

  validation {
    condition     = alltrue([for a in values(var.alarms) : (a.expression == null) == (a.namespace != null && a.metric != null && length(a.metrics) == 0)])
    error_message = "Give each alarm either namespace and metric, or expression and metrics."
  }

  validation {
    condition = alltrue(flatten([
      for a in values(var.alarms) : [for stat in concat([a.stat], [for m in values(a.metrics) : m.stat]) : can(regex("^(Average|Sum|Minimum|Maximum|SampleCount|p[0-9]{1,2}(\\.[0-9]{1,2})?)$", stat))]
    ]))
    error_message = "Use Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99 as stat."
  }

  validation {
    condition     = alltrue([for a in values(var.alarms) : contains(["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"], a.comparison)])
    error_message = "Use GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold or LessThanOrEqualToThreshold as comparison."
  }

  validation {
    condition     = alltrue([for a in values(var.alarms) : contains(["breaching", "notBreaching", "ignore", "missing"], a.missing)])
    error_message = "Set missing to breaching, notBreaching, ignore or missing."
  }

  validation {
    condition     = alltrue([for a in values(var.alarms) : contains([10, 30], a.period) || (a.period >= 60 && a.period % 60 == 0)])
    error_message = "Use 10, 30 or a multiple of 60 seconds as period."
  }

  validation {
    condition     = alltrue([for a in values(var.alarms) : a.evaluations >= 1 && a.period * a.evaluations <= (a.period >= 3600 ? 604800 : 86400)])
    error_message = "Keep period x evaluations within a day, or within a week for periods of an hour and more: CloudWatch refuses more."
  }
}

variable "lambda_functions" {
  description = "Functions that get the Lambda preset: errors, error rate, duration, throttles, and, where the number or name is given, concurrency, memory (Lambda Insights) and dead letters."
  type = map(object({
    function_name          = string
    timeout_seconds        = number
    reserved_concurrency   = optional(number)
    insights               = optional(bool, false)
    dead_letter_queue_name = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for f in values(var.lambda_functions) : f.timeout_seconds >= 1 && f.timeout_seconds <= 900])
    error_message = "Set timeout_seconds of each function to its timeout, 1 to 900."
  }

  validation {
    condition     = alltrue([for f in values(var.lambda_functions) : f.reserved_concurrency == null ? true : f.reserved_concurrency >= 1])
    error_message = "Leave reserved_concurrency of a function out, or set it to 1 or more."
  }
}

variable "apis" {
  description = "APIs that get the API preset: 5xx rate, 4xx, latency, and refused sign-ins where the access log is named. api_id is for HTTP and WEBSOCKET, api_name for REST."
  type = map(object({
    protocol              = string
    api_id                = optional(string)
    api_name              = optional(string)
    stage                 = string
    timeout_seconds       = optional(number, 29)
    access_log_group_name = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for a in values(var.apis) : contains(["HTTP", "REST", "WEBSOCKET"], a.protocol)])
    error_message = "Set protocol of each API to HTTP, REST or WEBSOCKET."
  }

  validation {
    condition     = alltrue([for a in values(var.apis) : (a.protocol == "REST") == (a.api_name != null) && (a.protocol == "REST") != (a.api_id != null)])
    error_message = "Name a REST API by api_name and the others by api_id: CloudWatch knows them so."
  }
}

variable "dynamodb_tables" {
  description = "Tables that get the DynamoDB preset: throttled reads, writes and, per operation, requests; errors of the service. `operations` are those that the system uses."
  type = map(object({
    table_name = string
    operations = optional(set(string), ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"])
  }))
  default = {}

  validation {
    condition     = alltrue([for t in values(var.dynamodb_tables) : length(t.operations) >= 1 && length(t.operations) <= 10])
    error_message = "Name one to ten operations of each table: requests are only counted as throttled per operation, and one alarm sums at most ten metrics."
  }
}

variable "queues" {
  description = "Queues that get the SQS preset: age of the oldest message (twice the visibility timeout unless given) and dead letters."
  type = map(object({
    queue_name                   = string
    visibility_timeout_seconds   = number
    oldest_message_alarm_seconds = optional(number)
    dead_letter_queue_name       = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for q in values(var.queues) : q.visibility_timeout_seconds >= 0 && q.visibility_timeout_seconds <= 43200])
    error_message = "Set visibility_timeout_seconds of each queue to its visibility timeout, 0 to 43200."
  }
}

variable "redis_nodes" {
  description = "Nodes of ElastiCache, by a name of your choice to the id of the cache cluster, that get the Redis preset: processor, memory, evictions."
  type        = map(string)
  default     = {}
}

variable "web_acls" {
  description = "Web ACLs that get the WAF preset: a surge of blocked requests. `region` is null for a web ACL of CloudFront, whose alarm has to be made in us-east-1."
  type = map(object({
    metric_name       = string
    region            = optional(string)
    blocked_threshold = optional(number, 1000)
  }))
  default = {}
}

variable "service_down_when" {
  description = "Names (keys) of alarms of this call, each of which means that the service is down. Not empty makes the composite alarm `service-down`. Keys of presets are `<key>-<what>`, such as `api-5xx-rate` or `worker-dlq`."
  type        = list(string)
  default     = []
}
