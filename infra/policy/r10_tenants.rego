# Row 10: totals hide the one tenant that is throttled, but a dimension per tenant costs; Contributor Insights ranks all.
package infra.r10_tenants

import data.infra.lib
import rego.v1

by_tenant contains r if {
	some r in lib.of_type("aws_cloudwatch_log_metric_filter")
	some transformation in r.values.metric_transformation
	lib.has(object.get(transformation, "dimensions", {}), "TenantId")
}

rules := lib.of_type("aws_cloudwatch_contributor_insight_rule")

examined contains r.address if some r in by_tenant

examined contains r.address if some r in rules

deny contains message if {
	count(by_tenant) > 0
	count(rules) == 0
	message := sprintf("%s counts per tenant and has no Contributor Insights rule that ranks tenants", [input.plan])
}

deny contains message if {
	some r in rules
	not lib.unknown(r, "rule_definition")
	not "$.tenant_id" in object.get(object.get(r.values.rule_definition, "Contribution", {}), "Keys", [])
	message := sprintf("%s does not rank by `$.tenant_id`", [r.address])
}
