# Network ACLs are the floor under the security groups: they know no group and
# no state, so each tier says what may come and go by address.
#
# The egress tier calls addresses that customers name. It must not reach private
# ones, whatever a name resolves to. AWS exempts its resolver, the instance
# metadata and the task metadata from ACLs, so the workers' own check of every
# address remains necessary.

locals {
  not_public = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]

  everything = { protocol = "-1", from = 0, to = 0 }
  https      = { protocol = "tcp", from = 443, to = 443 }

  # Answers arrive on the ports that functions, tasks and NAT gateways send
  # from, among which our own services listen; the port of remote desktops in
  # their middle is left out.
  answers_low  = { protocol = "tcp", from = 1024, to = 3388 }
  answers_high = { protocol = "tcp", from = 3390, to = 65535 }

  inbound = {
    100 = { cidr = var.cidr_block, traffic = local.https }
    200 = { cidr = "0.0.0.0/0", traffic = local.answers_low }
    201 = { cidr = "0.0.0.0/0", traffic = local.answers_high }
  }

  acl_rules = {
    public = {
      inbound  = merge(local.inbound, { 210 = { cidr = "0.0.0.0/0", traffic = local.https } })
      outbound = { 300 = { cidr = "0.0.0.0/0", traffic = local.everything } }
    }

    private = {
      inbound = local.inbound
      outbound = merge(
        { for index, cidr in var.private_egress_allowed_cidrs : 100 + index => { cidr = cidr, traffic = local.everything } if var.enable_nat_gateway },
        { for index, cidr in local.not_public : 200 + index => { cidr = cidr, traffic = local.everything, deny = true } if var.enable_nat_gateway },
        { 300 = { cidr = "0.0.0.0/0", traffic = local.everything } },
      )
    }

    # Gateway endpoints have public addresses, though no packet leaves AWS.
    isolated = {
      inbound = local.inbound
      outbound = {
        100 = { cidr = var.cidr_block, traffic = local.everything }
        200 = { cidr = "0.0.0.0/0", traffic = local.https }
      }
    }
  }

  # The VPC's own IPv6 range is public by its numbers, but not for the egress
  # tier.
  own_ipv6 = var.enable_ipv6 ? aws_vpc.this.ipv6_cidr_block : null

  inbound_ipv6 = {
    1100 = { cidr = local.own_ipv6, traffic = local.https }
    1200 = { cidr = "::/0", traffic = local.answers_low }
    1201 = { cidr = "::/0", traffic = local.answers_high }
  }

  acl_rules_ipv6 = {
    public = {
      inbound  = merge(local.inbound_ipv6, { 1210 = { cidr = "::/0", traffic = local.https } })
      outbound = { 1300 = { cidr = "::/0", traffic = local.everything } }
    }

    private = {
      inbound = local.inbound_ipv6
      outbound = merge(
        { for index, cidr in [local.own_ipv6, "fc00::/7", "fe80::/10"] : 1200 + index => { cidr = cidr, traffic = local.everything, deny = true } if var.enable_nat_gateway },
        { 1300 = { cidr = "::/0", traffic = local.everything } },
      )
    }

    isolated = {
      inbound  = local.inbound_ipv6
      outbound = { 1100 = { cidr = local.own_ipv6, traffic = local.everything } }
    }
  }

  tiers = toset([for tier, cidrs in local.tier_cidrs : tier if length(cidrs) > 0])

  numbered_rules = merge(flatten([
    for version, rules in { ipv4 = local.acl_rules, ipv6 = local.acl_rules_ipv6 } : [
      for tier in local.tiers : [
        for direction in ["inbound", "outbound"] : {
          for number, rule in rules[tier][direction] : "${tier}-${direction}-${number}" => merge({ deny = false }, rule, {
            tier                                                                                        = tier
            egress                                                                                      = direction == "outbound"
            number                                                                                      = tonumber(number)
            version                                                                                     = version
          })
        }
      ]
    ] if version == "ipv4" || var.enable_ipv6
  ])...)
}

resource "aws_network_acl" "this" {
  for_each = local.tiers

  vpc_id     = aws_vpc.this.id
  subnet_ids = [for key, subnet in local.subnets : aws_subnet.this[key].id if subnet.tier == each.key]
  tags       = merge(local.tags, { Name = "${local.prefix}-${each.key}", Tier = each.key })
}

resource "aws_network_acl_rule" "this" {
  for_each = local.numbered_rules

  network_acl_id  = aws_network_acl.this[each.value.tier].id
  egress          = each.value.egress
  rule_number     = each.value.number
  rule_action     = each.value.deny ? "deny" : "allow"
  protocol        = each.value.traffic.protocol
  from_port       = each.value.traffic.from
  to_port         = each.value.traffic.to
  cidr_block      = each.value.version == "ipv4" ? each.value.cidr : null
  ipv6_cidr_block = each.value.version == "ipv6" ? each.value.cidr : null
}
