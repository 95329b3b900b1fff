# Row 14: API Gateway gives up after 30 s (HTTP) or 29 s (REST); a function that runs longer is cut off without a word.
package infra.r14_timeouts

import data.infra.lib
import rego.v1

behind_api contains {"function": f, "integration": i, "limit": limit - 1} if {
	some i in lib.of_type("aws_apigatewayv2_integration")
	some f in lib.functions
	lib.invokes(i, "integration_uri", f)
	limit := object.get(i.values, "timeout_milliseconds", 30000)
}

behind_api contains {"function": f, "integration": i, "limit": limit} if {
	some i in lib.of_type("aws_api_gateway_integration")
	some f in lib.functions
	lib.invokes(i, "uri", f)
	limit := object.get(i.values, "timeout_milliseconds", 29000)
}

examined contains pair.function.address if some pair in behind_api

deny contains message if {
	some pair in behind_api
	pair.function.values.timeout * 1000 > pair.limit
	message := sprintf("%s may run %v s, longer than %s waits", [pair.function.address, pair.function.values.timeout, pair.integration.address])
}
