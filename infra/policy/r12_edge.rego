# Row 12: what the internet reaches stands behind a web ACL with a rate rule.
package infra.r12_edge

import data.infra.lib
import rego.v1

distributions := lib.of_type("aws_cloudfront_distribution")

# A REST stage may carry a web ACL itself; an HTTP API cannot.
guarded(api) if {
	some association in lib.of_type("aws_wafv2_web_acl_association")
	some stage in lib.of_type("aws_api_gateway_stage")
	lib.refers(association, "resource_arn", stage)
	lib.refers(stage, "rest_api_id", api)
}

guarded(api) if {
	some distribution in distributions
	lib.set_to_something(distribution, "web_acl_id")
}

examined contains r.address if some r in distributions

# A web ACL costs more than all else of a developer's stack.
deny contains message if {
	input.environment != "dev"
	some r in distributions
	not lib.set_to_something(r, "web_acl_id")
	message := sprintf("%s has no web ACL", [r.address])
}

deny contains message if {
	lib.production
	some api in lib.apis
	not guarded(api)
	message := sprintf("%s stands behind no web ACL: wire cloudfront_waf", [api.address])
}

deny contains message if {
	some r in lib.of_type("aws_wafv2_web_acl")
	r.values.scope == "CLOUDFRONT"
	not limits_rate(r)
	message := sprintf("%s limits no rate", [r.address])
}

limits_rate(acl) if {
	some rule in acl.values.rule
	some statement in rule.statement
	count(statement.rate_based_statement) > 0
}
