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
