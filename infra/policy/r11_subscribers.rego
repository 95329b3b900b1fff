# Row 11: a topic that nobody subscribed to swallows alarms. Mail needs a human's confirmation, so the tier that pages also
# reaches a queue or an HTTPS endpoint.
package infra.r11_subscribers

import data.infra.lib
import rego.v1

subscribes(subscription, topic) if endswith(subscription.values.topic_arn, sprintf(":%s", [topic.values.name]))

subscribes(subscription, topic) if {
	lib.unknown(subscription, "topic_arn")
	lib.refers(subscription, "topic_arn", topic)
}

subscribers(topic) := {s | some s in lib.of_type("aws_sns_topic_subscription"); subscribes(s, topic)}

examined contains r.address if {
	lib.production
	some r in lib.of_type("aws_sns_topic")
}

deny contains message if {
	lib.production
	some r in lib.of_type("aws_sns_topic")
	count(subscribers(r)) == 0
	message := sprintf("%s has no subscriber", [r.address])
}

deny contains message if {
	lib.production
	some r in lib.of_type("aws_sns_topic")
	endswith(r.values.name, "-p1")
	protocols := {s.values.protocol | some s in subscribers(r)}
	count(protocols) > 0
	count(protocols & {"sqs", "https", "lambda"}) == 0
	message := sprintf("%s pages by mail only: subscribe a queue or an HTTPS endpoint too", [r.address])
}
