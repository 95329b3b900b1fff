# X1: HTTP APIs cannot pass the tenant to an isolated function; behind one it would fail, or run for the wrong tenant.
package infra.x01_isolation

import data.infra.lib
import rego.v1

examined contains r.address if some r in lib.isolated_stacks

deny contains message if {
	some stack in lib.isolated_stacks
	some r in lib.of_type("aws_apigatewayv2_integration")
	lib.refers(r, "integration_uri", stack)
	message := sprintf("%s puts the isolated function of %s behind an HTTP API: use REST", [r.address, stack.address])
}

deny contains message if {
	some stack in lib.isolated_stacks
	some r in lib.of_type("aws_apigatewayv2_integration")
	name := lib.function_in(r.values.integration_uri)
	walk(stack.values.template_body, [path, name])
	path[count(path) - 1] == "FunctionName"
	message := sprintf("%s puts the isolated function `%s` behind an HTTP API: use REST", [r.address, name])
}
