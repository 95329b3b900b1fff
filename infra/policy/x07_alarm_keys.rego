# X7: CloudWatch drops alarms silently when it may not use the key of the topic.
package infra.x07_alarm_keys

import data.infra.lib
import rego.v1

alarm_topics contains r if {
	some r in lib.of_type("aws_sns_topic")
	regex.match(`-p[123]$`, r.values.name)
}

keys(topic) := {key | some key in lib.of_type("aws_kms_key"); lib.refers(topic, "kms_master_key_id", key)}

examined contains r.address if {
	some r in alarm_topics
	count(keys(r)) > 0
}

deny contains message if {
	some r in alarm_topics
	not lib.set_to_something(r, "kms_master_key_id")
	message := sprintf("%s is not encrypted with a key of ours", [r.address])
}

# Where one expression chooses among keys, all of them flow into the topic; one must be meant for alarms.
deny contains message if {
	some topic in alarm_topics
	count(keys(topic)) > 0
	count({key | some key in keys(topic); lets_cloudwatch(key.values.policy)}) == 0
	message := sprintf("the key of %s does not name cloudwatch.amazonaws.com", [topic.address])
}

lets_cloudwatch(document) if {
	some statement in lib.statements(document)
	statement.Effect == "Allow"
	"cloudwatch.amazonaws.com" in lib.service_principals(statement)
	count(lib.actions(statement) & {"kms:GenerateDataKey*", "kms:GenerateDataKey"}) > 0
	"kms:Decrypt" in lib.actions(statement)
}
