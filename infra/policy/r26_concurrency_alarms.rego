# Row 26: at the reserved concurrency calls are refused; somebody must hear before.
package infra.r26_concurrency_alarms

import data.infra.lib
import rego.v1

reserved contains r if {
	some r in lib.functions
	r.values.reserved_concurrent_executions > 0
}

examined contains r.address if some r in reserved

deny contains message if {
	some r in reserved
	limit := r.values.reserved_concurrent_executions * 0.8
	not warned(r, limit)
	message := sprintf("%s has no alarm at %v concurrent calls", [r.address, limit])
}

warned(function, limit) if {
	some w in lib.watched
	w.namespace == "AWS/Lambda"
	w.metric == "ConcurrentExecutions"
	w.dimensions.FunctionName == function.values.function_name
	w.alarm.values.threshold <= limit
}
