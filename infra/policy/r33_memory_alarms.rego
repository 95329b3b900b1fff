# Row 33: a function that outgrows its memory is killed in the middle of a call.
package infra.r33_memory_alarms

import data.infra.lib
import rego.v1

examined contains r.address if {
	lib.production
	some r in lib.functions
}

deny contains message if {
	lib.production
	some r in lib.functions
	not watched(r)
	message := sprintf("%s has no alarm on its memory", [r.address])
}

watched(function) if {
	some w in lib.watched
	w.metric == "memory_utilization"
	some key in {"function_name", "FunctionName"}
	w.dimensions[key] == function.values.function_name
}
