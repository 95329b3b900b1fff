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

variable "kms_key_arn" {
  description = "Key that encrypts Redis and the secret with its address."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.kms_key_arn))
    error_message = "Give the ARN of a KMS key: arn:<partition>:kms:<region>:<account>:key/<id>."
  }
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

variable "subnet_ids" {
  description = "Subnets of the nodes, without a route to the internet; two or more where there are several nodes."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= min(var.node_count, 2)
    error_message = "Give at least two subnets for several nodes, each in a zone of its own."
  }
}

variable "security_group_ids" {
  description = "Security groups of the nodes: port 6379 from the services that use Redis."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "Give at least one security group: the default one of the VPC lets nothing through."
  }
}

variable "node_type" {
  description = "Type of each node."
  type        = string
  default     = "cache.t4g.micro"

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "The node type must look like cache.t4g.small."
  }
}

variable "node_count" {
  description = "Nodes, each in a zone of its own; the first is the primary one."
  type        = number
  default     = 1

  validation {
    condition     = var.node_count >= 1 && var.node_count <= 6 && floor(var.node_count) == var.node_count
    error_message = "Use 1 to 6 nodes."
  }

  validation {
    condition     = var.node_count >= 2 || var.environment != "prod"
    error_message = "Use two or more nodes in prod, so that one can fail."
  }
}

variable "snapshot_retention_days" {
  description = "Days that daily snapshots are kept; 0 for none. Redis holds progress only, which ends with its test."
  type        = number
  default     = 1

  validation {
    condition     = var.snapshot_retention_days >= 0 && var.snapshot_retention_days <= 35
    error_message = "Snapshots are kept for 0 to 35 days."
  }
}

variable "logs_kms_key_arn" {
  description = "Key that encrypts the logs of Redis."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.logs_kms_key_arn))
    error_message = "Give the ARN of a KMS key: arn:<partition>:kms:<region>:<account>:key/<id>."
  }
}

variable "secret_rotation_function_arn" {
  description = "Function that gives Redis and the secret a new password every 90 days; none where null."
  type        = string
  default     = null

  validation {
    condition     = var.secret_rotation_function_arn == null || can(regex("^arn:aws[a-z-]*:lambda:", var.secret_rotation_function_arn))
    error_message = "Give the ARN of a Lambda function."
  }
}
