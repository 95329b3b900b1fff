# P1: queues are what infra/topology.json says, and their alarms too.
package infra.p01_queues

import data.infra.lib
import rego.v1

wanted[key] := object.union(data.topology.queue_defaults, queue) if {
	startswith(input.plan, "platform_")
	some key, queue in data.topology.queues
}

named(name) := replace(name, "{env}", input.environment)

queue_of(name) := r if {
	some r in lib.of_type("aws_sqs_queue")
	r.values.name == name
}

settings(queue) := {
	"visibility_timeout_seconds": queue.visibility_timeout_seconds,
	"message_retention_seconds": queue.retention_seconds,
	"receive_wait_time_seconds": queue.receive_wait_seconds,
	"kms_data_key_reuse_period_seconds": 3600,
}

examined contains key if some key, _ in wanted

deny contains message if {
	some key, queue in wanted
	some name in {named(queue.name), sprintf("%s-dlq", [named(queue.name)])}
	not queue_of(name)
	message := sprintf("queue %s is missing", [name])
}

deny contains message if {
	some key, queue in wanted
	r := queue_of(named(queue.name))
	some setting, value in settings(queue)
	r.values[setting] != value
	message := sprintf("%s has %s = %v instead of %v", [r.address, setting, r.values[setting], value])
}

deny contains message if {
	some key, queue in wanted
	r := queue_of(named(queue.name))
	r.values.redrive_policy.maxReceiveCount != queue.max_receive_count
	message := sprintf("%s gives up after %v receives instead of %v", [r.address, r.values.redrive_policy.maxReceiveCount, queue.max_receive_count])
}

deny contains message if {
	some key, queue in wanted
	r := queue_of(sprintf("%s-dlq", [named(queue.name)]))
	r.values.message_retention_seconds != queue.dead_letter_retention_seconds
	message := sprintf("%s keeps messages %v s instead of %v s", [r.address, r.values.message_retention_seconds, queue.dead_letter_retention_seconds])
}

# Somebody hears of messages that wait, and of those that were given up.
threshold_of(name, metric) := w.alarm.values.threshold if {
	some w in lib.watched
	w.namespace == "AWS/SQS"
	w.metric == metric
	w.dimensions.QueueName == name
}

deny contains message if {
	some key, queue in wanted
	name := named(queue.name)
	not threshold_of(name, "ApproximateAgeOfOldestMessage") == queue.oldest_message_alarm_seconds
	message := sprintf("%s has no alarm on messages older than %v s", [name, queue.oldest_message_alarm_seconds])
}

deny contains message if {
	some key, queue in wanted
	name := sprintf("%s-dlq", [named(queue.name)])
	not threshold_of(name, "ApproximateNumberOfMessagesVisible") == 0
	message := sprintf("%s has no alarm on its first message", [name])
}
