# P1: what programs print is kept 90 days in production and a week in development; who did what, a year. One trace in twenty
# is kept in production, every one in development.
package infra.p01_logs

import data.infra.lib
import rego.v1

platform if startswith(input.plan, "platform_")

groups contains r if {
	platform
	some r in lib.of_type("aws_cloudwatch_log_group")
}

examined contains r.address if some r in groups

audit(group) if regex.match(`access|audit|auth|flow|waf|apigateway`, replace(group.values.name, "mcp-audit", ""))

least(group) := 365 if audit(group)

least(group) := {"prod": 90, "staging": 90, "dev": 7}[input.environment] if not audit(group)

deny contains message if {
	lib.production
	some r in groups
	days := object.get(r.values, "retention_in_days", 0)
	days != 0
	days < least(r)
	message := sprintf("%s is kept %v days instead of %v", [r.address, days, least(r)])
}

deny contains message if {
	some r in groups
	object.get(r.values, "retention_in_days", 0) in {0, null}
	message := sprintf("%s is kept for ever", [r.address])
}

rate := {"prod": 0.05, "staging": 0.05, "dev": 1}[input.environment]

deny contains message if {
	platform
	count({r | some r in lib.of_type("aws_xray_sampling_rule"); r.values.fixed_rate == rate}) == 0
	message := sprintf("%s samples no traces at %v", [input.plan, rate])
}
