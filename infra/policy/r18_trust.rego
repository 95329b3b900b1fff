# Row 18: a trust policy that matches by pattern lets one tenant's caller become another tenant.
package infra.r18_trust

import data.infra.lib
import rego.v1

trusts contains {"address": r.address, "statement": statement} if {
	some r in lib.of_type("aws_iam_role")
	some statement in lib.statements(r.values.assume_role_policy)
	statement.Effect == "Allow"
}

examined contains trust.address if some trust in trusts

deny contains message if {
	some trust in trusts
	some [operator, key, value] in lib.conditions(trust.statement)
	contains(operator, "StringLike")
	contains(value, "*")
	message := sprintf("%s trusts whoever has %s like `%s`: use StringEquals", [trust.address, key, value])
}

deny contains message if {
	some trust in trusts
	everyone(trust.statement.Principal)
	message := sprintf("%s trusts everyone", [trust.address])
}

everyone(principal) if principal == "*"

everyone(principal) if "*" in lib.as_array(principal.AWS)

# Session tags choose the tenant: who may set them must be held to one value.
deny contains message if {
	some trust in trusts
	"sts:TagSession" in lib.actions(trust.statement)
	count(equal_tags(trust.statement)) == 0
	message := sprintf("%s accepts any session tag: require one with StringEquals", [trust.address])
}

equal_tags(statement) := {value |
	some [operator, key, value] in lib.conditions(statement)
	operator == "StringEquals"
	startswith(key, "aws:RequestTag/")
}
