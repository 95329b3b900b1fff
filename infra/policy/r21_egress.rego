# Row 21: what is compromised must not be able to call anywhere. Only workers that test servers on the internet may, and
# only over HTTPS.
package infra.r21_egress

import data.infra.lib
import rego.v1

everywhere := {"0.0.0.0/0", "::/0"}

rules contains {"resource": r, "protocol": r.values.ip_protocol, "from": object.get(r.values, "from_port", null), "to": object.get(r.values, "to_port", null), "cidr": cidr} if {
	some r in lib.of_type("aws_vpc_security_group_egress_rule")
	cidr := {c | some c in [object.get(r.values, "cidr_ipv4", null), object.get(r.values, "cidr_ipv6", null)]; c != null}
}

rules contains {"resource": r, "protocol": rule.protocol, "from": rule.from_port, "to": rule.to_port, "cidr": cidr} if {
	some r in lib.of_type("aws_security_group")
	some rule in object.get(r.values, "egress", [])
	cidr := {c | some key in {"cidr_blocks", "ipv6_cidr_blocks"}; some c in object.get(rule, key, [])}
}

rules contains {"resource": r, "protocol": r.values.protocol, "from": r.values.from_port, "to": r.values.to_port, "cidr": cidr} if {
	some r in lib.of_type("aws_security_group_rule")
	r.values.type == "egress"
	cidr := {c | some key in {"cidr_blocks", "ipv6_cidr_blocks"}; some c in as_list(object.get(r.values, key, null))}
}

as_list(value) := value if is_array(value)

as_list(value) := [] if not is_array(value)

examined contains rule.resource.address if some rule in rules

deny contains message if {
	some rule in rules
	rule.protocol == "-1"
	message := sprintf("%s lets every protocol out", [rule.resource.address])
}

deny contains message if {
	some rule in rules
	count(rule.cidr & everywhere) > 0
	not of_egress_worker(rule)
	message := sprintf("%s lets traffic out to everywhere: name an endpoint, a prefix list or a group", [rule.resource.address])
}

of_egress_worker(rule) if {
	contains(rule.resource.address, "egress_worker")
	rule.protocol == "tcp"
	rule.from == 443
	rule.to == 443
}
