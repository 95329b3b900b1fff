variable "name" {
  description = "Name of what is deployed; every resource is called `{name}-{environment}` and a suffix."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "Start the name with a lower-case letter and use at most 40 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  description = "Deployment environment: dev, staging or prod. Several rules are strict in prod only."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "Choose dev, staging or prod as the environment."
  }
}

variable "tags" {
  description = "Further tags for every resource."
  type        = map(string)
  default     = {}

  validation {
    condition = length(setintersection(keys(var.tags), [
      "Environment", "ManagedBy", "Project", "CostCenter", "Service", "Controls",
    ])) == 0
    error_message = "Leave Environment, ManagedBy, Project, CostCenter, Service and Controls out of the tags: the module sets them."
  }
}

variable "cost_center" {
  description = "Cost centre that pays: the value of the cost-allocation tag `CostCenter`."
  type        = string
  default     = "mcp"

  validation {
    condition     = length(trimspace(var.cost_center)) > 0
    error_message = "Name the cost centre that pays."
  }
}

variable "service" {
  description = "What the function does, e.g. `scan-worker`: suffix of its name and value of the tag `Service`. Null: the function is called `{name}-{environment}`."
  type        = string
  default     = null

  validation {
    condition     = var.service == null || can(regex("^[a-z][a-z0-9-]{0,23}$", var.service))
    error_message = "Start the service with a lower-case letter and use at most 24 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = length(join("-", compact([var.name, var.environment, var.service]))) <= 64
    error_message = "Shorten name or service: together with the environment they name the function and its role, which have at most 64 characters."
  }
}

variable "description" {
  description = "One sentence on what the function does."
  type        = string
  default     = ""
}

variable "package_type" {
  description = "`Zip` (filename or s3_object) or `Image` (image_uri)."
  type        = string
  default     = "Zip"

  validation {
    condition     = contains(["Zip", "Image"], var.package_type)
    error_message = "Choose Zip or Image as the package type."
  }
}

variable "image_uri" {
  description = "Container image in Amazon ECR; outside dev named by its digest."
  type        = string
  default     = null

  validation {
    condition     = (var.package_type == "Image") == (var.image_uri != null)
    error_message = "Give image_uri with package_type Image, and only then."
  }

  validation {
    condition     = var.image_uri == null || var.environment == "dev" || can(regex("@sha256:[0-9a-f]{64}$", var.image_uri))
    error_message = "Name the image by its digest (@sha256:…) outside dev: a tag can be moved to code that nobody reviewed."
  }
}

variable "filename" {
  description = "Zip file on the machine that applies."
  type        = string
  default     = null
}

variable "s3_object" {
  description = "Zip file in a bucket of the function's Region."
  type = object({
    bucket  = string
    key     = string
    version = optional(string)
  })
  default = null

  validation {
    condition     = (var.package_type == "Zip" ? 1 : 0) == (var.filename == null ? 0 : 1) + (var.s3_object == null ? 0 : 1)
    error_message = "Give a Zip function either filename or s3_object, and an Image function neither."
  }
}

variable "source_code_hash" {
  description = "Base64 SHA-256 of the zip file: a new one deploys it."
  type        = string
  default     = null
}

variable "runtime" {
  description = "Lambda runtime of a Zip function."
  type        = string
  default     = "provided.al2023"

  validation {
    condition = contains([
      "provided.al2023", "dotnet8", "java21", "nodejs22.x", "python3.12", "python3.13", "ruby3.4",
    ], var.runtime)
    error_message = "Choose provided.al2023, dotnet8, java21, nodejs22.x, python3.12, python3.13 or ruby3.4: others are out of support."
  }
}

variable "handler" {
  description = "Entry point of a Zip function; custom runtimes start `bootstrap`."
  type        = string
  default     = "bootstrap"

  validation {
    condition     = length(trimspace(var.handler)) > 0
    error_message = "Name the entry point of the function."
  }
}

variable "architectures" {
  description = "Instruction set: `[\"arm64\"]`, which costs a fifth less, or `[\"x86_64\"]`."
  type        = list(string)
  default     = ["arm64"]

  validation {
    condition     = contains(["arm64", "x86_64"], join(",", var.architectures))
    error_message = "Choose one architecture: arm64 or x86_64."
  }
}

variable "memory_size" {
  description = "Memory in MB; CPU grows with it."
  type        = number
  default     = 512

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240
    error_message = "Choose 128 to 10240 MB of memory."
  }
}

variable "timeout" {
  description = "Seconds after which Lambda ends an invocation."
  type        = number
  default     = 30

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900
    error_message = "Choose a timeout of 1 to 900 seconds."
  }
}

variable "ephemeral_storage_mb" {
  description = "Size of /tmp in MB."
  type        = number
  default     = 512

  validation {
    condition     = var.ephemeral_storage_mb >= 512 && var.ephemeral_storage_mb <= 10240
    error_message = "Choose 512 to 10240 MB of ephemeral storage."
  }
}

variable "reserved_concurrent_executions" {
  description = "Most instances at a time, -1 for no limit; at least 1 in prod."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrent_executions >= -1
    error_message = "Reserve -1 (no limit), 0 (stopped) or more executions."
  }

  validation {
    condition     = var.environment != "prod" || var.reserved_concurrent_executions >= 1
    error_message = "Reserve at least one execution in prod: without a limit one function can use up the account."
  }
}

variable "provisioned_concurrency" {
  description = "Instances of the alias that are kept warm; 0 for none."
  type        = number
  default     = 0

  validation {
    condition     = var.provisioned_concurrency >= 0
    error_message = "Keep zero or more instances warm."
  }

  validation {
    condition     = var.reserved_concurrent_executions == -1 || var.provisioned_concurrency <= var.reserved_concurrent_executions
    error_message = "Keep no more instances warm than reserved_concurrent_executions allows."
  }
}

variable "environment_variables" {
  description = "Settings of the function that anyone who may describe it may read."
  type        = map(string)
  default     = {}

  validation {
    condition     = !anytrue([for key in keys(var.environment_variables) : can(regex("(?i)secret|token|password|api_?key", key))])
    error_message = "Keep secrets out of environment_variables: put them in Secrets Manager and pass their ARNs as secret_arns."
  }
}

variable "secret_arns" {
  description = "Environment variables that hold the ARN of a Secrets Manager secret; the function may read exactly these."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for arn in values(var.secret_arns) : can(regex("^arn:aws[a-z-]*:secretsmanager:", arn))])
    error_message = "Give the ARN of a Secrets Manager secret, not the secret."
  }

  validation {
    condition     = length(setintersection(keys(var.secret_arns), keys(var.environment_variables))) == 0
    error_message = "Use each name once, in environment_variables or in secret_arns."
  }
}

variable "vpc_subnet_ids" {
  description = "Subnets of the function; empty: it runs outside a VPC."
  type        = list(string)
  default     = []

  validation {
    condition     = var.environment == "dev" || length(var.vpc_subnet_ids) != 1
    error_message = "Name subnets of at least two zones outside dev."
  }
}

variable "vpc_security_group_ids" {
  description = "Security groups of the function; at least one with vpc_subnet_ids."
  type        = list(string)
  default     = []

  validation {
    condition     = (length(var.vpc_security_group_ids) == 0) == (length(var.vpc_subnet_ids) == 0)
    error_message = "Give vpc_subnet_ids and vpc_security_group_ids together."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the environment variables, and the log group unless log_kms_key_arn is given."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key."
  }
}

variable "data_kms_key_arns" {
  description = "Keys of what the function reads and writes in DynamoDB, S3, Secrets Manager, SNS and SQS; it may use them through these services."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.data_kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:", arn))])
    error_message = "Give ARNs of KMS keys."
  }
}

variable "log_kms_key_arn" {
  description = "Key of the log group; null means kms_key_arn."
  type        = string
  default     = null

  validation {
    condition     = var.log_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:", var.log_kms_key_arn))
    error_message = "Give the ARN of a KMS key for the logs, or null."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 365

  validation {
    condition = contains([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ], var.log_retention_days)
    error_message = "Choose a retention that CloudWatch Logs offers, e.g. 90 or 365 days."
  }

  validation {
    condition     = var.environment == "dev" || var.log_retention_days >= 90
    error_message = "Keep logs for at least 90 days outside dev."
  }
}

variable "enable_xray_tracing" {
  description = "Trace invocations with X-Ray."
  type        = bool
  default     = true

  validation {
    condition     = var.environment != "prod" || var.enable_xray_tracing
    error_message = "Keep tracing on in prod."
  }
}

variable "enable_insights" {
  description = "Let Lambda Insights publish the memory that was used (`LambdaInsights`, `memory_utilization`). An image brings the extension itself; a Zip function takes it from insights_layer_arn."
  type        = bool
  default     = false
}

variable "insights_layer_arn" {
  description = "Version of the Lambda Insights layer for this Region and architecture, as AWS documents them."
  type        = string
  default     = null

  validation {
    condition     = var.insights_layer_arn == null || can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:LambdaInsightsExtension[a-zA-Z0-9-]*:[0-9]+$", var.insights_layer_arn))
    error_message = "Give the ARN of a version of the layer LambdaInsightsExtension or LambdaInsightsExtension-Arm64."
  }

  validation {
    condition     = (var.insights_layer_arn != null) == (var.enable_insights && var.package_type == "Zip")
    error_message = "Give insights_layer_arn to a Zip function with enable_insights, and only then."
  }
}

variable "dead_letter_target_arn" {
  description = "Queue or topic for asynchronous invocations that failed; required in prod."
  type        = string
  default     = null

  validation {
    condition     = var.dead_letter_target_arn == null || can(regex("^arn:aws[a-z-]*:(sqs|sns):", var.dead_letter_target_arn))
    error_message = "Give the ARN of an SQS queue or an SNS topic."
  }

  validation {
    condition     = var.environment != "prod" || var.dead_letter_target_arn != null
    error_message = "Give dead_letter_target_arn in prod: a failed invocation must not disappear."
  }
}

variable "dead_letter_kms_key_arn" {
  description = "Key of the dead-letter target where it is not kms_key_arn."
  type        = string
  default     = null

  validation {
    condition     = var.dead_letter_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:", var.dead_letter_kms_key_arn))
    error_message = "Give the ARN of the KMS key of the dead-letter target, or null."
  }
}

variable "event_source" {
  description = "SQS queue that the function consumes: its visibility timeout must cover the function's, and failed messages of a batch are reported alone. kms_key_arn: its key where it is not the function's."
  type = object({
    queue_arn                  = string
    visibility_timeout_seconds = number
    kms_key_arn                = optional(string)
    batch_size                 = optional(number, 1)
    batch_window_seconds       = optional(number, 0)
    max_concurrency            = optional(number)
    report_batch_item_failures = optional(bool, true)
    enabled                    = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.event_source == null || can(regex("^arn:aws[a-z-]*:sqs:", var.event_source.queue_arn))
    error_message = "Give the ARN of an SQS queue as event_source.queue_arn."
  }

  validation {
    condition     = try(var.event_source.visibility_timeout_seconds >= var.timeout, var.event_source == null)
    error_message = "Raise the queue's visibility timeout to the function's timeout or more: a message would be handled twice at once."
  }

  validation {
    condition     = try(var.event_source.batch_size >= 1 && var.event_source.batch_size <= 10000, var.event_source == null)
    error_message = "Choose a batch of 1 to 10000 messages."
  }

  validation {
    condition     = try(var.event_source.batch_window_seconds >= (var.event_source.batch_size > 10 ? 1 : 0) && var.event_source.batch_window_seconds <= 300, var.event_source == null)
    error_message = "Choose a batch window of 0 to 300 seconds, at least 1 for batches of more than 10 messages."
  }

  validation {
    condition     = try(var.event_source.max_concurrency >= 2 && var.event_source.max_concurrency <= 1000, try(var.event_source.max_concurrency, null) == null)
    error_message = "Choose a max_concurrency of 2 to 1000, or null."
  }

  validation {
    condition     = try(var.reserved_concurrent_executions == -1 || var.event_source.max_concurrency <= var.reserved_concurrent_executions, true)
    error_message = "Reserve at least max_concurrency executions: pollers that are throttled push messages to the dead-letter queue."
  }
}

variable "policy_statements" {
  description = "What the function may do besides logging, tracing and its event source: named actions on named resources. `conditions`: operator -> key -> values."
  type = list(object({
    sid        = string
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  }))
  default = []

  validation {
    condition     = alltrue([for action in flatten(var.policy_statements[*].actions) : can(regex("^[a-z0-9-]+:[a-zA-Z]+$", action))])
    error_message = "Name every action in full, without *."
  }

  validation {
    condition     = !contains(flatten(var.policy_statements[*].resources), "*")
    error_message = "Name the resources of every statement: * is not accepted."
  }

  validation {
    condition     = alltrue([for statement in var.policy_statements : length(statement.actions) > 0 && length(statement.resources) > 0 && can(regex("^[a-zA-Z0-9]+$", statement.sid))])
    error_message = "Give every statement a sid of letters and digits, an action and a resource."
  }
}

variable "permissions_boundary_arn" {
  description = "Boundary of the function's role."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/", var.permissions_boundary_arn))
    error_message = "Give the ARN of a customer-managed policy as the permissions boundary."
  }
}

variable "alias_name" {
  description = "Alias that everything invokes; nothing points at $LATEST."
  type        = string
  default     = "live"

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,128}$", var.alias_name)) && !can(regex("^[0-9]+$", var.alias_name))
    error_message = "Name the alias with letters, digits, - and _, not with digits only."
  }
}

variable "alias_version" {
  description = "Version that the alias serves; null means the one just published. Pin it while a canary runs."
  type        = string
  default     = null

  validation {
    condition     = var.alias_version == null || can(regex("^[0-9]+$", var.alias_version))
    error_message = "Give the number of a published version, or null."
  }
}

variable "canary_version" {
  description = "Version that receives the share canary_weight of the alias's invocations."
  type        = string
  default     = null

  validation {
    condition     = var.canary_version == null || can(regex("^[0-9]+$", var.canary_version))
    error_message = "Give the number of a published version, or null."
  }
}

variable "canary_weight" {
  description = "Share of invocations that canary_version receives, 0 to 0.5."
  type        = number
  default     = 0

  validation {
    condition     = var.canary_weight >= 0 && var.canary_weight <= 0.5
    error_message = "Give a canary at most half of the invocations: 0 to 0.5."
  }

  validation {
    condition     = var.canary_weight == 0 || var.canary_version != null
    error_message = "Name the canary_version that receives the weight."
  }
}

variable "maximum_retry_attempts" {
  description = "Retries of a failed asynchronous invocation before it goes to the dead-letter target."
  type        = number
  default     = 2

  validation {
    condition     = contains([0, 1, 2], var.maximum_retry_attempts)
    error_message = "Retry 0, 1 or 2 times."
  }
}

variable "enable_function_url" {
  description = "Give the alias an HTTPS address of its own."
  type        = bool
  default     = false
}

variable "function_url_auth_type" {
  description = "Who may call the function URL: `AWS_IAM`, or `NONE` (anyone) in dev."
  type        = string
  default     = "AWS_IAM"

  validation {
    condition     = contains(["AWS_IAM", "NONE"], var.function_url_auth_type)
    error_message = "Choose AWS_IAM or NONE."
  }

  validation {
    condition     = var.environment == "dev" || var.function_url_auth_type == "AWS_IAM"
    error_message = "Use AWS_IAM outside dev: a function URL without authentication is open to the internet."
  }
}
