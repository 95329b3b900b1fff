# X4: an isolated function handles one tenant at a time, but its own role knows no tenant. Rights on the sessions belong to
# the tenants' roles only.
package infra.x04_execution_role

import data.infra.lib
import rego.v1

session_tables contains r.values.name if {
	some r in lib.of_type("aws_dynamodb_table")
	r.values.range_key == "session_id"
}

execution_policies contains found if {
	count(lib.isolated_stacks) > 0
	some found in lib.identity_documents
	found.resource.type == "aws_iam_role_policy"
	some role in lib.of_type("aws_iam_role")
	attached(found.resource, role)
	some statement in lib.statements(role.values.assume_role_policy)
	"lambda.amazonaws.com" in lib.service_principals(statement)
}

attached(policy, role) if policy.values.role == role.values.name

attached(policy, role) if {
	lib.unknown(policy, "role")
	lib.refers(policy, "role", role)
}

examined contains found.resource.address if some found in execution_policies

deny contains message if {
	some found in execution_policies
	some statement in lib.statements(found.document)
	statement.Effect == "Allow"
	some action in lib.actions(statement)
	startswith(action, "dynamodb:")
	some target in lib.targets(statement)
	reaches_sessions(target)
	message := sprintf("%s gives the execution role %s on %s", [found.resource.address, action, target])
}

reaches_sessions(target) if target == "*"

reaches_sessions(target) if {
	some name in session_tables
	regex.match(sprintf(`:table/%s(/.*)?$`, [name]), target)
}
