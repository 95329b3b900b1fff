# Row 16: rights name what they are for. A condition that compares a tag with itself always holds and protects nothing.
package infra.r16_wildcards

import data.infra.lib
import rego.v1

# AWS offers no resource to name for these.
needs_wildcard := {
	"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
	"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
	"ecr:GetAuthorizationToken",
	"xray:GetSamplingRules", "xray:GetSamplingStatisticSummaries", "xray:GetSamplingTargets",
	"xray:PutTelemetryRecords", "xray:PutTraceSegments",
}

examined contains found.resource.address if some found in lib.identity_documents

allowed contains {"address": found.resource.address, "statement": statement} if {
	some found in lib.identity_documents
	some statement in lib.statements(found.document)
	statement.Effect == "Allow"
}

deny contains message if {
	some r in input.resources
	r.type in {"aws_iam_policy", "aws_iam_role_policy"}
	not is_object(object.get(r.values, "policy", null))
	not only_keys_and_secrets(r)
	message := sprintf("%s is known after an apply only and cannot be reviewed: build ARNs from names", [r.address])
}

# AWS names keys and secrets itself. Rights on them stand in a policy of their own, called so, that the tests of its module
# look into; everything else is known before the apply.
only_keys_and_secrets(r) if {
	regex.match(`^([a-z]+_)?keys(_and_secrets)?$`, r.name)
	some address in object.get(r.refs, "policy", [])
	regex.match(`(^|\.)aws_kms_key\.`, address)
}

deny contains message if {
	some found in allowed
	"*" in lib.targets(found.statement)
	some action in lib.actions(found.statement) - needs_wildcard
	not restricted_metrics(found.statement, action)
	message := sprintf("%s allows %s on `*`", [found.address, action])
}

# The namespace takes the place of a resource.
restricted_metrics(statement, action) if {
	action == "cloudwatch:PutMetricData"
	some [operator, key, _] in lib.conditions(statement)
	operator == "StringEquals"
	key == "cloudwatch:namespace"
}

deny contains message if {
	some found in allowed
	some action in lib.actions(found.statement)
	endswith(action, "*")
	regex.match(`^(\*|[a-z0-9-]+:\*)$`, action)
	message := sprintf("%s allows `%s`: list the actions", [found.address, action])
}

deny contains message if {
	some r in input.resources
	some attribute in {"policy", "assume_role_policy"}
	some statement in lib.statements(r.values[attribute])
	some [_, key, value] in lib.conditions(statement)
	value == sprintf("${%s}", [key])
	message := sprintf("%s compares %s with itself", [r.address, key])
}
