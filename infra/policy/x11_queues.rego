# X11: a message is tried three times and then kept aside, encrypted at rest and on the way.
package infra.x11_queues

import data.infra.lib
import rego.v1

queues := lib.of_type("aws_sqs_queue")

# A queue that keeps what others gave up on, or what alarms tell, has nowhere further to send.
last_resort(queue) if regex.match(`-(dlq|dead-letters|failed-invocations)$`, queue.values.name)

last_resort(queue) if contains(queue.values.name, "-alarm")

examined contains r.address if some r in queues

redrive(queue) := queue.values.redrive_policy if is_object(queue.values.redrive_policy)

redrive(queue) := r.values.redrive_policy if {
	some r in lib.of_type("aws_sqs_queue_redrive_policy")
	lib.refers(r, "queue_url", queue)
	is_object(r.values.redrive_policy)
}

deny contains message if {
	some r in queues
	not last_resort(r)
	not redrive(r)
	message := sprintf("%s has no redrive policy that a plan shows", [r.address])
}

deny contains message if {
	some r in queues
	tries := redrive(r).maxReceiveCount
	to_number(tries) != 3
	message := sprintf("%s tries %v times instead of 3", [r.address, tries])
}

deny contains message if {
	some r in queues
	not lib.set_to_something(r, "kms_master_key_id")
	message := sprintf("%s is not encrypted with a key of ours", [r.address])
}

deny contains message if {
	some r in queues
	not encrypted_on_the_way(r)
	message := sprintf("%s accepts requests without TLS", [r.address])
}

encrypted_on_the_way(queue) if lib.denies_plain_transport(queue.values.policy)

encrypted_on_the_way(queue) if {
	some r in lib.of_type("aws_sqs_queue_policy")
	lib.refers(r, "queue_url", queue)
	lib.denies_plain_transport(r.values.policy)
}
