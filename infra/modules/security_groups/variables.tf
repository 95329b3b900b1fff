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
  description = "VPC of the security groups."
  type        = string

  validation {
    condition     = length(trimspace(var.vpc_id)) > 0
    error_message = "Give the id of the VPC."
  }
}

variable "groups" {
  description = "Groups to create: lambda (functions), egress_worker (what calls the internet), redis, endpoint (interface endpoints), and web, app, db and bastion for services behind a load balancer."
  type        = set(string)
  default     = ["lambda", "egress_worker", "redis", "endpoint"]

  validation {
    condition     = length(setsubtract(var.groups, ["lambda", "egress_worker", "redis", "endpoint", "web", "app", "db", "bastion"])) == 0
    error_message = "Choose groups among lambda, egress_worker, redis, endpoint, web, app, db and bastion."
  }
}

variable "restrict_egress" {
  description = "Let groups reach only what is declared here. False opens egress of lambda and app to everything, outside prod."
  type        = bool
  default     = true

  validation {
    condition     = var.environment != "prod" || var.restrict_egress
    error_message = "Keep egress restricted in prod."
  }
}

variable "redis_clients" {
  description = "Groups that may reach Redis."
  type        = set(string)
  default     = ["lambda"]

  validation {
    condition     = length(setsubtract(var.redis_clients, ["lambda", "egress_worker", "app"])) == 0
    error_message = "Only lambda, egress_worker and app may reach Redis."
  }
}

variable "gateway_prefix_list_ids" {
  description = "Prefix lists of the gateway endpoints by service; functions, workers and apps reach them on port 443."
  type        = map(string)
  default     = {}
}

variable "egress_worker_ports" {
  description = "TCP ports on which egress workers reach the internet."
  type        = set(number)
  default     = [443]

  validation {
    condition     = length(var.egress_worker_ports) > 0 && alltrue([for port in var.egress_worker_ports : port >= 1 && port <= 65535 && !contains([22, 25, 3389], port)])
    error_message = "Declare at least one TCP port, and neither 22, 25 nor 3389."
  }
}

variable "enable_ipv6" {
  description = "Let egress workers and the web group speak IPv6 with the internet too."
  type        = bool
  default     = false
}

variable "web_ingress_cidrs" {
  description = "Who may reach the web group on port 443."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.web_ingress_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Give IPv4 or IPv6 ranges in CIDR notation."
  }
}

variable "web_ingress_prefix_list_ids" {
  description = "Prefix lists that may reach the web group on port 443 by a name of yours, e.g. CloudFront's origin-facing list."
  type        = map(string)
  default     = {}
}

variable "app_port" {
  description = "TCP port of the app group."
  type        = number
  default     = 8080

  validation {
    condition     = var.app_port >= 1024 && var.app_port <= 65535
    error_message = "Choose an app port of 1024 to 65535: services do not run as root."
  }
}

variable "db_port" {
  description = "TCP port of the db group."
  type        = number
  default     = 5432

  validation {
    condition     = var.db_port >= 1024 && var.db_port <= 65535
    error_message = "Choose a database port of 1024 to 65535."
  }
}

variable "bastion_allowed_cidrs" {
  description = "Who may reach the bastion on port 22."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.bastion_allowed_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Name the networks that may reach the bastion; the whole internet is not accepted."
  }
}
