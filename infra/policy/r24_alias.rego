# Row 24: what calls `$LATEST` runs whatever was uploaded last. Everything goes through an alias, which can be moved back.
package infra.r24_alias

import data.infra.lib
import rego.v1

callers := {
	"aws_apigatewayv2_integration": "integration_uri",
	"aws_api_gateway_integration": "uri",
	"aws_lambda_event_source_mapping": "function_name",
}

calls contains {"resource": r, "attribute": attribute} if {
	some r in input.resources
	attribute := callers[r.type]
	is_lambda(r, attribute)
}

is_lambda(r, attribute) if lib.function_in(r.values[attribute])

is_lambda(r, attribute) if r.type == "aws_lambda_event_source_mapping"

is_lambda(r, attribute) if {
	lib.unknown(r, attribute)
	object.get(r.values, "integration_type", object.get(r.values, "type", "")) == "AWS_PROXY"
}

through_alias(call) if lib.alias_in(call.resource.values[call.attribute])

through_alias(call) if {
	lib.unknown(call.resource, call.attribute)
	some alias in lib.of_type("aws_lambda_alias")
	lib.refers(call.resource, call.attribute, alias)
}

# The stack of an isolated function gives out the ARN of the alias inside it.
through_alias(call) if {
	lib.unknown(call.resource, call.attribute)
	some stack in lib.of_type("aws_cloudformation_stack")
	lib.refers(call.resource, call.attribute, stack)
}

examined contains call.resource.address if some call in calls

deny contains message if {
	some call in calls
	not through_alias(call)
	message := sprintf("%s calls a function by no alias", [call.resource.address])
}

deny contains message if {
	some r in lib.of_type("aws_lambda_permission")
	r.values.principal == "apigateway.amazonaws.com"
	not lib.set_to_something(r, "qualifier")
	not lib.alias_in(r.values.function_name)
	message := sprintf("%s lets the function be called by no alias", [r.address])
}

deny contains message if {
	some r in lib.functions
	object.get(r.values, "publish", false) != true
	message := sprintf("%s publishes no versions", [r.address])
}
