# P1: the topic delivers to whom infra/topology.json says, and nothing else.
package infra.p01_topic

import data.infra.lib
import rego.v1

topic := data.topology.topic if startswith(input.plan, "platform_")

subscription_of(queue) := r if {
	name := replace(data.topology.queues[queue].name, "{env}", input.environment)
	some r in lib.of_type("aws_sns_topic_subscription")
	r.values.protocol == "sqs"
	endswith(r.values.endpoint, sprintf(":%s", [name]))
}

examined contains queue if some queue, _ in topic.subscriptions

deny contains message if {
	name := replace(topic.name, "{env}", input.environment)
	count({r | some r in lib.of_type("aws_sns_topic"); r.values.name == name}) == 0
	message := sprintf("topic %s is missing", [name])
}

deny contains message if {
	some queue, _ in topic.subscriptions
	not subscription_of(queue)
	message := sprintf("the %s queue is not subscribed", [queue])
}

deny contains message if {
	some queue, wanted in topic.subscriptions
	r := subscription_of(queue)
	object.get(r.values, "raw_message_delivery", false) != wanted.raw_message_delivery
	message := sprintf("%s wraps messages", [r.address])
}

deny contains message if {
	some queue, wanted in topic.subscriptions
	r := subscription_of(queue)
	object.get(r.values, "filter_policy", {}) != wanted.filter_policy
	message := sprintf("%s has another filter than infra/topology.json", [r.address])
}
