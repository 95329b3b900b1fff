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
    Controls    = "AC-4 SC-7 SC-8"
  })

  compatibility = { s3 = var.enable_s3_endpoint, dynamodb = var.enable_dynamodb_endpoint }

  gateways = setsubtract(
    setunion(var.gateway_endpoints, [for service, enabled in local.compatibility : service if coalesce(enabled, false)]),
    [for service, enabled in local.compatibility : service if !coalesce(enabled, true)],
  )

  makes_group = length(var.interface_endpoints) > 0 && length(var.security_group_ids) == 0
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateways

  vpc_id            = var.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  route_table_ids   = var.route_table_ids
  policy            = local.policies[each.key]
  tags              = merge(local.tags, { Name = "${local.prefix}-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = var.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${local.region}.${each.key}"
  private_dns_enabled = true
  subnet_ids          = var.subnet_ids
  security_group_ids  = concat(var.security_group_ids, aws_security_group.this[*].id)
  ip_address_type     = var.ip_address_type
  policy              = local.policies[each.key]
  tags                = merge(local.tags, { Name = "${local.prefix}-${each.key}" })

  dns_options {
    dns_record_ip_type = var.ip_address_type
  }
}

resource "aws_security_group" "this" {
  count = local.makes_group ? 1 : 0

  name        = "${local.prefix}-endpoints"
  description = "Interface endpoints of ${local.prefix}"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${local.prefix}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  count = local.makes_group ? 1 : 0

  security_group_id = aws_security_group.this[0].id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = var.vpc_cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}
