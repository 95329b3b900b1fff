# Row 54: `ForAllValues` is true where the key is absent, so a tenant's session also needs the guard that it is there. An
# index keyed by something else crosses tenants.
package infra.r54_leading_keys

import data.infra.lib
import rego.v1

limited contains {"address": found.resource.address, "statement": statement} if {
	some found in lib.identity_documents
	some statement in lib.statements(found.document)
	statement.Effect == "Allow"
	some [_, key, _] in lib.conditions(statement)
	key == "dynamodb:LeadingKeys"
}

examined contains found.address if some found in limited

deny contains message if {
	some found in limited
	not guarded(found.statement)
	message := sprintf("%s limits leading keys and allows requests without any: add `Null`", [found.address])
}

guarded(statement) if {
	some [operator, key, value] in lib.conditions(statement)
	operator == "Null"
	key == "dynamodb:LeadingKeys"
	lower(sprintf("%v", [value])) == "false"
}

# The key is a tenant's tag, or begins with a kind of item; a pattern that begins with a wildcard limits nothing.
deny contains message if {
	some found in limited
	some [operator, key, value] in lib.conditions(found.statement)
	key == "dynamodb:LeadingKeys"
	operator != "Null"
	startswith(value, "*")
	message := sprintf("%s takes every leading key (`%s`)", [found.address, value])
}

deny contains message if {
	some found in limited
	some target in lib.targets(found.statement)
	contains(target, "/index/")
	message := sprintf("%s includes the index %s, whose keys are not tenants", [found.address, target])
}
