# Row 38: API Gateway may call a function for one method, path and stage each; a wildcard opens routes that are added later.
package infra.r38_invoke_permissions

import data.infra.lib
import rego.v1

permissions contains r if {
	some r in lib.of_type("aws_lambda_permission")
	r.values.principal == "apigateway.amazonaws.com"
}

examined contains r.address if some r in permissions

deny contains message if {
	some r in permissions
	not lib.set_to_something(r, "source_arn")
	message := sprintf("%s lets every API of every account call", [r.address])
}

# The id of an API is known after an apply; then the source rule `invoke_permissions` reads the expression.
deny contains message if {
	some r in permissions
	arn := r.values.source_arn
	is_string(arn)
	not regex.match(`^arn:aws[a-z-]*:execute-api:[^:]*:[^:]*:[^/*]+/([^/*]+/(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)/[^*]*|authorizers/[^/*]+)$`, arn)
	message := sprintf("%s lets API Gateway call for `%s`: name stage, method and path", [r.address, arn])
}
