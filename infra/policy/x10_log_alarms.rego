# X10: somebody who tries tokens, or calls tools as nobody does, shows in the access log first.
package infra.x10_log_alarms

import data.infra.lib
import rego.v1

counted contains {"namespace": transformation.namespace, "metric": transformation.name, "filter": r} if {
	some r in lib.of_type("aws_cloudwatch_log_metric_filter")
	some transformation in r.values.metric_transformation
}

alarmed contains found if {
	some found in counted
	some w in lib.watched
	w.namespace == found.namespace
	w.metric == found.metric
}

examined contains found.filter.address if some found in counted

mcp_servers := {r | some r in lib.apis; startswith(input.plan, "mcp_")}

# What each kind of filter looks for in the log.
kinds := {
	"repeated authentication failures": `40[13]|auth`,
	"unusual use of tools": `tool`,
}

deny contains message if {
	lib.production
	count(mcp_servers) > 0
	some kind, pattern in kinds
	count({found | some found in alarmed; regex.match(pattern, lower(found.filter.values.pattern))}) == 0
	message := sprintf("%s has no alarm on %s in its log", [input.plan, kind])
}

# Our own errors are counted by API Gateway itself.
deny contains message if {
	lib.production
	count(lib.apis) > 0
	count({w | some w in lib.watched; w.namespace == "AWS/ApiGateway"; w.metric in {"5xx", "5XXError"}}) == 0
	message := sprintf("%s has no alarm on its rate of errors", [input.plan])
}
