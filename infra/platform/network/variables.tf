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
  description = "Days that flow logs are kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Choose a number of days that CloudWatch knows, such as 7, 90 or 365."
  }

  validation {
    condition     = var.log_retention_days >= 90 || var.environment == "dev"
    error_message = "Keep logs for 90 days or more outside dev."
  }
}

variable "logs_kms_key_arn" {
  description = "Key that encrypts the flow logs."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:", var.logs_kms_key_arn))
    error_message = "Give the ARN of a KMS key: arn:<partition>:kms:<region>:<account>:key/<id>."
  }
}

variable "cidr_block" {
  description = "Address range of the VPC; each subnet gets a sixteenth of it."
  type        = string
  default     = "10.40.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr_block)) && try(tonumber(split("/", var.cidr_block)[1]), 32) <= 22
    error_message = "Give an IPv4 range of /22 or larger, such as 10.40.0.0/16."
  }
}

variable "availability_zones" {
  description = "Zones, such as us-east-1a; two or three of one region."
  type        = list(string)

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones) && length(var.availability_zones) >= 2 && length(var.availability_zones) <= 3
    error_message = "Name two or three different zones."
  }
}

variable "nat_gateways" {
  description = "How workers reach the internet: none, single (one gateway for all zones) or per_zone."
  type        = string
  default     = "per_zone"

  validation {
    condition     = contains(["none", "single", "per_zone"], var.nat_gateways)
    error_message = "The nat_gateways must be none, single or per_zone."
  }

  validation {
    condition     = var.nat_gateways == "per_zone" || var.environment != "prod"
    error_message = "Use per_zone in prod: with one gateway a zone's failure stops every scan and test."
  }
}

variable "interface_endpoints" {
  description = "AWS services that are reached inside the VPC, in the words of the module vpc_endpoints, which refuses others."
  type        = set(string)
  default     = ["logs", "secretsmanager", "sns", "sqs"]
}

variable "cloudfront_prefix_list_id" {
  description = "AWS's list of the addresses that CloudFront comes from in this region (com.amazonaws.global.cloudfront.origin-facing). Null where nothing but the subnets of the load balancer reaches it."
  type        = string
  default     = null

  validation {
    condition     = var.cloudfront_prefix_list_id == null || can(regex("^pl-[0-9a-f]+$", var.cloudfront_prefix_list_id))
    error_message = "Give the id of a prefix list: pl- and hexadecimal digits."
  }
}

variable "endpoint_zone_count" {
  description = "Zones with an interface endpoint: each costs by the hour. All where null."
  type        = number
  default     = null

  validation {
    condition     = var.endpoint_zone_count == null || try(var.endpoint_zone_count >= 1 && var.endpoint_zone_count <= length(var.availability_zones), false)
    error_message = "Use 1 to as many zones as the VPC has."
  }

  validation {
    condition     = var.endpoint_zone_count == null || var.environment != "prod"
    error_message = "Leave endpoint_zone_count out in prod: endpoints belong into every zone."
  }
}
