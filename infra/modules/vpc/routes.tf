locals {
  nat_zones = var.enable_nat_gateway ? slice(var.availability_zones, 0, var.single_nat_gateway ? 1 : length(var.availability_zones)) : []

  route_table_ids = {
    for tier in keys(local.tier_cidrs) : tier => [
      for index, cidr in local.tier_cidrs[tier] : aws_route_table.this["${tier}-${var.availability_zones[index]}"].id
    ]
  }

  public_subnets  = { for key, subnet in local.subnets : key => subnet if subnet.tier == "public" }
  private_subnets = { for key, subnet in local.subnets : key => subnet if subnet.tier == "private" }
}

resource "aws_internet_gateway" "this" {
  count = local.has_public ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = local.prefix })
}

resource "aws_egress_only_internet_gateway" "this" {
  count = var.enable_ipv6 && var.enable_nat_gateway ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = local.prefix })
}

resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)

  domain = "vpc"
  tags   = merge(local.tags, { Name = "${local.prefix}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each = toset(local.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.this["public-${each.key}"].id
  tags          = merge(local.tags, { Name = "${local.prefix}-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

# One table per subnet, even where tables are alike: a zone's route can be
# changed, or fail, alone.
resource "aws_route_table" "this" {
  for_each = local.subnets

  vpc_id = aws_vpc.this.id
  tags   = merge(local.tags, { Name = "${local.prefix}-${each.key}", Tier = each.value.tier })
}

resource "aws_route_table_association" "this" {
  for_each = local.subnets

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.this[each.key].id
}

resource "aws_route" "public" {
  for_each = local.public_subnets

  route_table_id         = aws_route_table.this[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route" "public_ipv6" {
  for_each = var.enable_ipv6 ? local.public_subnets : {}

  route_table_id              = aws_route_table.this[each.key].id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.this[0].id
}

resource "aws_route" "nat" {
  for_each = var.enable_nat_gateway ? local.private_subnets : {}

  route_table_id         = aws_route_table.this[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[var.single_nat_gateway ? local.nat_zones[0] : each.value.zone].id
}

resource "aws_route" "egress_ipv6" {
  for_each = var.enable_ipv6 && var.enable_nat_gateway ? local.private_subnets : {}

  route_table_id              = aws_route_table.this[each.key].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}
