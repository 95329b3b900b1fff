# X12: a secret in a plan is a secret in the state, in CI logs and in every backup of them.
package infra.x12_inline_secrets

import data.infra.lib
import rego.v1

examined contains r.address if some r in input.resources

secret_shapes := [
	`AKIA[0-9A-Z]{16}`,
	`-----BEGIN [A-Z ]*PRIVATE KEY`,
	`gh[pousr]_[A-Za-z0-9]{36}`,
	`eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.`,
	`mcpa_live_[A-Za-z0-9]{20,}`,
]

deny contains message if {
	some r in input.resources
	walk(r.values, [path, value])
	is_string(value)
	some shape in secret_shapes
	regex.match(shape, value)
	message := sprintf("%s holds a secret in `%s`", [r.address, concat(".", [sprintf("%v", [part]) | some part in path])])
}

deny contains message if {
	some r in lib.of_type("aws_secretsmanager_secret_version")
	some attribute in {"secret_string", "secret_binary"}
	is_string(r.values[attribute])
	message := sprintf("%s has its value in the plan: let it be put in from outside", [r.address])
}

# A name that ends in `_ARN`, `_NAME` or `_ID` tells where a secret is, not what it is.
deny contains message if {
	some r in lib.functions
	some environment in object.get(r.values, "environment", [])
	some name, value in object.get(environment, "variables", {})
	regex.match(`(?i)(secret|token|password|api_?key)`, name)
	not regex.match(`(?i)_(ARN|ARNS|NAME|ID|MINUTES|SECONDS|URL|ENDPOINT)$`, name)
	not startswith(value, "arn:")
	message := sprintf("%s has the setting %s: pass the ARN of a secret", [r.address, name])
}
