# Row 34: an alarm says how urgent it is, reaches those who answer for that, and tells them what to do.
package infra.r34_tiers

import data.infra.lib
import rego.v1

alarms contains r if {
	some r in input.resources
	r.type in {"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"}
}

examined contains r.address if some r in alarms

tier(alarm) := alarm.values.tags.tier if alarm.values.tags.tier in {"P1", "P2", "P3"}

deny contains message if {
	some r in alarms
	not tier(r)
	message := sprintf("%s has no tier", [r.address])
}

deny contains message if {
	some r in alarms
	not lib.unknown(r, "alarm_actions")
	count(object.get(r.values, "alarm_actions", [])) == 0
	message := sprintf("%s tells nobody", [r.address])
}

deny contains message if {
	some r in alarms
	some action in object.get(r.values, "alarm_actions", [])
	is_string(action)
	other_tier(action, tier(r))
	message := sprintf("%s is of tier %s and reports to %s", [r.address, tier(r), action])
}

other_tier(action, own) if {
	some suffix in {"-p1", "-p2", "-p3"}
	endswith(action, suffix)
	upper(substring(suffix, 1, -1)) != own
}

deny contains message if {
	some r in alarms
	not lib.unknown(r, "alarm_description")
	not regex.match(`Runbook: \S+/[a-z0-9-]+\.md$`, object.get(r.values, "alarm_description", ""))
	message := sprintf("%s names no runbook at the end of its description", [r.address])
}
