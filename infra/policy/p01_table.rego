# P1: the table is what infra/topology.json says.
package infra.p01_table

import data.infra.lib
import rego.v1

wanted := data.topology.table if startswith(input.plan, "platform_")

tables contains r if {
	some r in lib.of_type("aws_dynamodb_table")
	r.values.name == replace(wanted.name, "{env}", input.environment)
}

examined contains r.address if some r in tables

deny contains message if {
	wanted
	count(tables) == 0
	message := sprintf("table %s is missing", [replace(wanted.name, "{env}", input.environment)])
}

deny contains message if {
	some r in tables
	some setting in {"hash_key", "range_key", "billing_mode", "stream_view_type"}
	r.values[setting] != wanted[setting]
	message := sprintf("%s has %s = %v instead of %v", [r.address, setting, r.values[setting], wanted[setting]])
}

deny contains message if {
	some r in tables
	not [wanted.ttl_attribute, true] in {[ttl.attribute_name, ttl.enabled] | some ttl in r.values.ttl}
	message := sprintf("%s does not expire items by `%s`", [r.address, wanted.ttl_attribute])
}

deny contains message if {
	some r in tables
	days := {recovery.recovery_period_in_days | some recovery in r.values.point_in_time_recovery; recovery.enabled}
	days != {wanted.point_in_time_recovery_days}
	message := sprintf("%s cannot be recovered for %v days", [r.address, wanted.point_in_time_recovery_days])
}

deny contains message if {
	some r in tables
	indexes := {index.name: {"hash_key": index.hash_key, "range_key": index.range_key, "projection": index.projection_type} |
		some index in r.values.global_secondary_index
	}
	indexes != wanted.global_secondary_indexes
	message := sprintf("%s has other indexes than infra/topology.json", [r.address])
}
