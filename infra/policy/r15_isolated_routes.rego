# Row 15: the isolated tier has no way out, and an MCP server needs none: endpoints reach what it calls, and NAT is paid by
# the hour and the byte.
package infra.r15_isolated_routes

import data.infra.lib
import rego.v1

everywhere := {"0.0.0.0/0", "::/0"}

isolated contains r if {
	some r in lib.of_type("aws_route_table")
	contains(r.address, "isolated")
}

examined contains r.address if some r in isolated

deny contains message if {
	some table in isolated
	some r in lib.of_type("aws_route")
	lib.refers(r, "route_table_id", table)
	some attribute in {"destination_cidr_block", "destination_ipv6_cidr_block"}
	r.values[attribute] in everywhere
	message := sprintf("%s leads from the isolated tier to %s", [r.address, r.values[attribute]])
}

deny contains message if {
	some table in isolated
	some route in object.get(table.values, "route", [])
	some attribute in {"cidr_block", "ipv6_cidr_block"}
	route[attribute] in everywhere
	message := sprintf("%s leads to %s", [table.address, route[attribute]])
}

deny contains message if {
	startswith(input.plan, "mcp_")
	some r in lib.of_type("aws_nat_gateway")
	message := sprintf("%s: an MCP server reaches services through endpoints, not through NAT", [r.address])
}
