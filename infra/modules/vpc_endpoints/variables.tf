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

variable "vpc_id" {
  description = "VPC of the endpoints."
  type        = string

  validation {
    condition     = length(trimspace(var.vpc_id)) > 0
    error_message = "Give the id of the VPC."
  }
}

variable "vpc_cidr_block" {
  description = "IPv4 range of the VPC: who may reach the interface endpoints when the module makes their security group."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr_block))
    error_message = "Give the IPv4 range of the VPC."
  }
}

variable "gateway_endpoints" {
  description = "Gateway endpoints, which cost nothing."
  type        = set(string)
  default     = ["s3", "dynamodb"]

  validation {
    condition     = length(setsubtract(var.gateway_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "Only s3 and dynamodb have gateway endpoints."
  }
}

variable "interface_endpoints" {
  description = "Interface endpoints, each paid per zone and hour. Lambda pulls images in its own network, so ecr.api and ecr.dkr serve containers in the VPC only."
  type        = set(string)
  default     = ["sts", "kms", "logs", "xray"]

  validation {
    condition = length(setsubtract(var.interface_endpoints, [
      "sts", "kms", "logs", "xray", "ecr.api", "ecr.dkr", "secretsmanager", "sqs", "sns", "monitoring", "execute-api", "lambda",
    ])) == 0
    error_message = "Choose interface endpoints among sts, kms, logs, xray, ecr.api, ecr.dkr, secretsmanager, sqs, sns, monitoring, execute-api and lambda."
  }
}

variable "enable_s3_endpoint" {
  description = "Older way to add (true) or leave out (false) the s3 gateway endpoint; null leaves gateway_endpoints as they are."
  type        = bool
  default     = null
}

variable "enable_dynamodb_endpoint" {
  description = "Older way to add (true) or leave out (false) the dynamodb gateway endpoint; null leaves gateway_endpoints as they are."
  type        = bool
  default     = null
}

variable "route_table_ids" {
  description = "Route tables that lead to the gateway endpoints."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.route_table_ids) > 0 || length(var.gateway_endpoints) == 0 && !coalesce(var.enable_s3_endpoint, false) && !coalesce(var.enable_dynamodb_endpoint, false)
    error_message = "Give the route tables that lead to the gateway endpoints."
  }
}

variable "subnet_ids" {
  description = "Subnets of the interface endpoints, at least two outside dev."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.interface_endpoints) == 0 || length(var.subnet_ids) >= (var.environment == "dev" ? 1 : 2)
    error_message = "Give the interface endpoints subnets of at least two zones, one in dev."
  }
}

variable "security_group_ids" {
  description = "Security groups of the interface endpoints; empty: the module makes one that admits port 443 from the VPC."
  type        = list(string)
  default     = []
}

variable "endpoint_policies" {
  description = "Policy (JSON) per endpoint; the others admit principals of this account only."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for policy in values(var.endpoint_policies) : can(jsondecode(policy).Statement)])
    error_message = "Give each endpoint policy as JSON with statements."
  }

  validation {
    condition     = length(setsubtract(keys(var.endpoint_policies), setunion(var.gateway_endpoints, var.interface_endpoints))) == 0
    error_message = "Give policies for endpoints that exist."
  }
}

variable "ip_address_type" {
  description = "`ipv4` or `dualstack`; dual stack needs subnets with IPv6 ranges."
  type        = string
  default     = "ipv4"

  validation {
    condition     = contains(["ipv4", "dualstack"], var.ip_address_type)
    error_message = "Choose ipv4 or dualstack."
  }
}
