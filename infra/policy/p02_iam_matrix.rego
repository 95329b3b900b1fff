# P2: a role may do what the matrix lists for its service, and what every function or task needs to run. So a broader policy
# is a visible change of the matrix.
package infra.p02_iam_matrix

import data.infra.lib
import rego.v1

# What Lambda and Fargate need to run a program, whatever it does.
to_run := {
	"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
	"kms:Decrypt", "kms:GenerateDataKey",
	"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents",
	"secretsmanager:GetSecretValue",
	"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
	"xray:PutTelemetryRecords", "xray:PutTraceSegments",
	# Calls that failed for good (lambda's dead letters).
	"sqs:SendMessage",
}

roles[service] := r if {
	startswith(input.plan, "platform_")
	some service, _ in data.iam_matrix
	some r in lib.of_type("aws_iam_role")
	r.values.name == sprintf("mcp-audit-%s-%s", [input.environment, service])
}

held(role) := {action |
	some found in lib.identity_documents
	found.resource.type == "aws_iam_role_policy"
	of_role(found.resource, role)
	some statement in lib.statements(found.document)
	statement.Effect == "Allow"
	some action in lib.actions(statement)
}

of_role(policy, role) if policy.values.role == role.values.name

of_role(policy, role) if {
	lib.unknown(policy, "role")
	lib.refers(policy, "role", role)
}

listed(service) := {action | some statement in data.iam_matrix[service]; some action in statement.actions}

examined contains r.address if some r in roles

deny contains message if {
	some service, role in roles
	some action in (held(role) - listed(service)) - to_run
	message := sprintf("%s may %s, which infra/policy/iam-matrix.json does not list", [role.address, action])
}

deny contains message if {
	some service, role in roles
	some action in listed(service) - held(role)
	message := sprintf("%s may not %s, which infra/policy/iam-matrix.json lists", [role.address, action])
}

deny contains message if {
	startswith(input.plan, "platform_")
	some service, described in data.topology.services
	described.compute == "lambda"
	not roles[service]
	message := sprintf("%s has no role of its own", [service])
}

# Nothing is attached beside what is written here.
deny contains message if {
	some service, role in roles
	some r in lib.of_type("aws_iam_role_policy_attachment")
	r.values.role == role.values.name
	message := sprintf("%s adds %v to %s", [r.address, r.values.policy_arn, role.address])
}
