# Row 6: CloudWatch publishes `ThrottledRequests` per table and operation only; an alarm without the operation never fires.
package infra.r06_table_alarms

import data.infra.lib
import rego.v1

throttling := {w | some w in lib.watched; w.namespace == "AWS/DynamoDB"; w.metric == "ThrottledRequests"}

examined contains r.address if some r in lib.of_type("aws_dynamodb_table")

deny contains message if {
	lib.production
	some r in lib.of_type("aws_dynamodb_table")
	operations := {w.dimensions.Operation | some w in throttling; w.dimensions.TableName == r.values.name}
	count(operations) == 0
	message := sprintf("%s has no alarm on throttled requests", [r.address])
}

deny contains message if {
	some w in throttling
	not lib.has(w.dimensions, "Operation")
	message := sprintf("%s watches ThrottledRequests without an operation and so never fires", [w.alarm.address])
}

# What services of the platform may do to its table. The role of a server elsewhere is not read: its grants name a table
# that a plan does not know yet.
used := {operation |
	some statements in data.iam_matrix
	some statement in statements
	some action in statement.actions
	["dynamodb", operation] = split(action, ":")
}

deny contains message if {
	lib.production
	startswith(input.plan, "platform_")
	some r in lib.of_type("aws_dynamodb_table")
	watched := {w.dimensions.Operation | some w in throttling; w.dimensions.TableName == r.values.name}
	some operation in used - watched
	message := sprintf("%s has no alarm on throttled %s, which services use", [r.address, operation])
}
