data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  prefix = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "network"
    Controls    = "SC-7"
  })

  tier_cidrs = {
    public   = var.public_subnet_cidrs
    private  = var.private_subnet_cidrs
    isolated = var.isolated_subnet_cidrs
  }

  # "private-us-east-1a" -> what the subnet is. `index` numbers the /64 ranges:
  # a zone that is added must not move those of subnets that exist.
  subnets = merge([
    for position, tier in ["public", "private", "isolated"] : {
      for index, cidr in local.tier_cidrs[tier] : "${tier}-${var.availability_zones[index]}" => {
        tier  = tier
        zone  = var.availability_zones[index]
        cidr  = cidr
        index = position * 16 + index
      }
    }
  ]...)

  has_public = length(var.public_subnet_cidrs) > 0

  subnet_ids = {
    for tier in keys(local.tier_cidrs) : tier => [
      for index, cidr in local.tier_cidrs[tier] : aws_subnet.this["${tier}-${var.availability_zones[index]}"].id
    ]
  }
}

resource "aws_vpc" "this" {
  cidr_block                       = var.cidr_block
  assign_generated_ipv6_cidr_block = var.enable_ipv6
  enable_dns_support               = true
  enable_dns_hostnames             = true
  tags                             = merge(local.tags, { Name = local.prefix })
}

resource "aws_subnet" "this" {
  for_each = local.subnets

  vpc_id                          = aws_vpc.this.id
  availability_zone               = each.value.zone
  cidr_block                      = each.value.cidr
  ipv6_cidr_block                 = var.enable_ipv6 ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, each.value.index) : null
  assign_ipv6_address_on_creation = var.enable_ipv6
  map_public_ip_on_launch         = each.value.tier == "public" && var.map_public_ip_on_launch
  tags                            = merge(local.tags, { Name = "${local.prefix}-${each.key}", Tier = each.value.tier })
}

# What every VPC comes with is emptied: whatever is attached to nothing of ours
# reaches nothing.

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${local.prefix}-default-unused" })
}

resource "aws_default_network_acl" "this" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
  tags                   = merge(local.tags, { Name = "${local.prefix}-default-unused" })
}

resource "aws_default_route_table" "this" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  tags                   = merge(local.tags, { Name = "${local.prefix}-default-unused" })
}
