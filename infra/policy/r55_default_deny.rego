# Row 55: what nobody configured must not connect.
package infra.r55_default_deny

import data.infra.lib
import rego.v1

defaults := {"aws_default_security_group", "aws_default_network_acl", "aws_default_route_table"}

examined contains r.address if some r in lib.of_type("aws_vpc")

deny contains message if {
	some vpc in lib.of_type("aws_vpc")
	some type in defaults
	count({r | some r in lib.of_type(type); r.module == vpc.module}) == 0
	message := sprintf("%s keeps the %s that AWS made, which is open", [vpc.address, trim_prefix(type, "aws_")])
}

deny contains message if {
	some r in input.resources
	r.type in defaults
	some attribute in {"ingress", "egress", "route"}
	count(object.get(r.values, attribute, [])) > 0
	message := sprintf("%s has %s rules", [r.address, attribute])
}
