locals {
  prefix = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "network"
    Controls    = "SC-7"
  })

  descriptions = {
    lambda        = "Functions"
    egress_worker = "Workers that call the internet"
    redis         = "Redis"
    endpoint      = "Interface endpoints"
    web           = "Load balancers"
    app           = "Services behind the load balancer"
    db            = "Databases"
    bastion       = "Bastion"
  }

  compute = ["app", "egress_worker", "lambda"]

  # Who talks to whom inside the VPC. A flow opens its port on both sides, and
  # only where both groups exist.
  flows = {
    for flow in concat(
      [for client in local.compute : { from = client, to = "endpoint", port = 443 }],
      [for client in var.redis_clients : { from = client, to = "redis", port = 6379 }],
      [for client in ["app", "bastion", "lambda"] : { from = client, to = "db", port = var.db_port }],
      [{ from = "web", to = "app", port = var.app_port }],
    ) : "${flow.from}-${flow.to}" => flow if length(setsubtract([flow.from, flow.to], var.groups)) == 0
  }

  any_address = merge({ ipv4 = "0.0.0.0/0" }, var.enable_ipv6 ? { ipv6 = "::/0" } : {})

  ingress = merge(
    { for flow, rule in local.flows : flow => { group = rule.to, peer = rule.from, port = rule.port } },
    { for cidr in var.web_ingress_cidrs : "web-${cidr}" => { group = "web", cidr = cidr, port = 443 } },
    { for name, id in var.web_ingress_prefix_list_ids : "web-${name}" => { group = "web", prefix_list = id, port = 443 } },
    { for cidr in var.bastion_allowed_cidrs : "bastion-${cidr}" => { group = "bastion", cidr = cidr, port = 22 } },
  )

  # The VPC's resolver and time service answer without a rule.
  egress = merge(
    { for flow, rule in local.flows : flow => { group = rule.from, peer = rule.to, port = rule.port } },
    merge([
      for service, id in var.gateway_prefix_list_ids : {
        for group in local.compute : "${group}-${service}" => { group = group, prefix_list = id, port = 443 }
      }
    ]...),
    merge([
      for version, cidr in local.any_address : {
        for port in var.egress_worker_ports : "egress_worker-${version}-${port}" => { group = "egress_worker", cidr = cidr, port = port }
      }
    ]...),
    merge([
      for version, cidr in local.any_address : {
        for group in ["app", "lambda"] : "${group}-${version}" => { group = group, cidr = cidr, port = null } if !var.restrict_egress
      }
    ]...),
  )

  ingress_rules = { for key, rule in local.ingress : key => merge({ peer = null, cidr = null, prefix_list = null }, rule) if contains(var.groups, rule.group) }
  egress_rules  = { for key, rule in local.egress : key => merge({ peer = null, cidr = null, prefix_list = null }, rule) if contains(var.groups, rule.group) }
}

resource "aws_security_group" "this" {
  for_each = var.groups

  name        = "${local.prefix}-${replace(each.key, "_", "-")}"
  description = "${local.descriptions[each.key]} of ${local.prefix}"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${local.prefix}-${replace(each.key, "_", "-")}" })
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.ingress_rules

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = "From ${each.key}"
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id
  prefix_list_id               = each.value.prefix_list
  cidr_ipv4                    = can(cidrnetmask(each.value.cidr)) ? each.value.cidr : null
  cidr_ipv6                    = can(cidrnetmask(each.value.cidr)) ? null : each.value.cidr
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.egress_rules

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = "To ${each.key}"
  referenced_security_group_id = each.value.peer == null ? null : aws_security_group.this[each.value.peer].id
  prefix_list_id               = each.value.prefix_list
  cidr_ipv4                    = can(cidrnetmask(each.value.cidr)) ? each.value.cidr : null
  cidr_ipv6                    = can(cidrnetmask(each.value.cidr)) ? null : each.value.cidr
  ip_protocol                  = each.value.port == null ? "-1" : "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.tags
}
