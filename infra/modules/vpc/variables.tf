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

variable "cidr_block" {
  description = "IPv4 range of the VPC."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr_block)) && try(tonumber(split("/", var.cidr_block)[1]) >= 16 && tonumber(split("/", var.cidr_block)[1]) <= 28, false)
    error_message = "Give the VPC an IPv4 range of /16 to /28."
  }
}

variable "availability_zones" {
  description = "Zones of the subnets, at least two outside dev."
  type        = list(string)

  validation {
    condition     = length(var.availability_zones) >= (var.environment == "dev" ? 1 : 2)
    error_message = "Name at least two availability zones outside dev, one in dev."
  }

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "Name each availability zone once."
  }
}

variable "public_subnet_cidrs" {
  description = "Ranges of the subnets with a route to the internet gateway, one per zone or none. Load balancers and NAT gateways live here."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, length(var.availability_zones)], length(var.public_subnet_cidrs)) && alltrue([for cidr in var.public_subnet_cidrs : can(cidrnetmask(cidr))])
    error_message = "Give one public IPv4 range per availability zone, or none."
  }
}

variable "private_subnet_cidrs" {
  description = "Ranges of the private subnets, one per zone. With a NAT gateway they are the egress tier: the internet, and no private address but private_egress_allowed_cidrs."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, length(var.availability_zones)], length(var.private_subnet_cidrs)) && alltrue([for cidr in var.private_subnet_cidrs : can(cidrnetmask(cidr))])
    error_message = "Give one private IPv4 range per availability zone, or none."
  }
}

variable "isolated_subnet_cidrs" {
  description = "Ranges of the subnets that never have a route to the internet, one per zone or none: functions that need endpoints only, caches, databases."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, length(var.availability_zones)], length(var.isolated_subnet_cidrs)) && alltrue([for cidr in var.isolated_subnet_cidrs : can(cidrnetmask(cidr))])
    error_message = "Give one isolated IPv4 range per availability zone, or none."
  }
}

variable "enable_nat_gateway" {
  description = "Let private subnets reach the internet through a NAT gateway in each zone."
  type        = bool
  default     = false

  validation {
    condition     = !var.enable_nat_gateway || length(var.public_subnet_cidrs) > 0 && length(var.private_subnet_cidrs) > 0
    error_message = "Give public_subnet_cidrs for the NAT gateways to live in and private_subnet_cidrs for them to serve."
  }
}

variable "single_nat_gateway" {
  description = "Share one NAT gateway between all zones: cheaper, and one zone's failure cuts all off."
  type        = bool
  default     = false

  validation {
    condition     = !(var.environment == "prod" && var.enable_nat_gateway && var.single_nat_gateway)
    error_message = "Keep a NAT gateway per zone in prod."
  }
}

variable "private_egress_allowed_cidrs" {
  description = "Private ranges that the egress tier may reach nevertheless, e.g. the isolated subnets with endpoints and cache, or the public ones of a load balancer that it answers."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.private_egress_allowed_cidrs) <= 9 && alltrue([for cidr in var.private_egress_allowed_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 16, false)])
    error_message = "Give at most nine IPv4 ranges, none larger than /16: a larger one is the private network that the rule keeps out."
  }
}

variable "map_public_ip_on_launch" {
  description = "Give instances in public subnets a public address."
  type        = bool
  default     = false

  validation {
    condition     = var.environment != "prod" || !var.map_public_ip_on_launch
    error_message = "Leave map_public_ip_on_launch off in prod: what needs a public address says so itself."
  }
}

variable "enable_ipv6" {
  description = "Dual stack: an Amazon-provided /56, a /64 per subnet, an egress-only gateway for the egress tier."
  type        = bool
  default     = false
}

variable "enable_flow_logs" {
  description = "Log every flow in the VPC to CloudWatch Logs."
  type        = bool
  default     = true

  validation {
    condition     = var.environment != "prod" || var.enable_flow_logs
    error_message = "Keep flow logs on in prod."
  }
}

variable "flow_log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 365

  validation {
    condition = contains([
      1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ], var.flow_log_retention_days)
    error_message = "Choose a retention that CloudWatch Logs offers, e.g. 90 or 365 days."
  }

  validation {
    condition     = var.environment == "dev" || var.flow_log_retention_days >= 90
    error_message = "Keep flow logs for at least 90 days outside dev."
  }
}

variable "flow_log_kms_key_arn" {
  description = "Key of the flow logs; required outside dev. Its policy must admit CloudWatch Logs."
  type        = string
  default     = null

  validation {
    condition     = var.flow_log_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:", var.flow_log_kms_key_arn))
    error_message = "Give the ARN of a KMS key, or null in dev."
  }

  validation {
    condition     = var.environment == "dev" || !var.enable_flow_logs || var.flow_log_kms_key_arn != null
    error_message = "Give flow_log_kms_key_arn outside dev: flow logs show who talks to whom."
  }
}
