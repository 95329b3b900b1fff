# P1: services have the memory and the time that infra/topology.json gives them.
package infra.p01_functions

import data.infra.lib
import rego.v1

services[name] := service if {
	startswith(input.plan, "platform_")
	some name, service in data.topology.services
}

full_name(service) := sprintf("mcp-audit-%s-%s", [input.environment, service])

function_of(service) := r if {
	some r in lib.functions
	r.values.function_name == full_name(service)
}

task_of(service) := r if {
	some r in lib.of_type("aws_ecs_task_definition")
	r.values.family == full_name(service)
}

examined contains name if {
	some name, service in services
	service.compute == "lambda"
}

deny contains message if {
	some name, service in services
	service.compute == "lambda"
	not function_of(name)
	message := sprintf("function %s is missing", [full_name(name)])
}

deny contains message if {
	some name, service in services
	service.compute == "lambda"
	r := function_of(name)
	wanted := {
		"memory_size": service.memory_mb, "timeout": service.timeout_seconds,
		"architectures": ["arm64"], "runtime": "provided.al2023", "package_type": "Zip",
	}
	some setting, value in wanted
	r.values[setting] != value
	message := sprintf("%s has %s = %v instead of %v", [r.address, setting, r.values[setting], value])
}

deny contains message if {
	some name, service in services
	service.compute == "fargate"
	r := task_of(name)
	to_number(r.values.memory) != service.memory_mb
	message := sprintf("%s has %v MB instead of %v", [r.address, r.values.memory, service.memory_mb])
}

# Tests run on Fargate always; who watches them live does where clients can reach it.
deny contains message if {
	lib.production
	services["test-orchestrator"]
	not task_of("test-orchestrator")
	message := sprintf("task %s is missing", [full_name("test-orchestrator")])
}

# A batch is what the topology says, failures are told apart, and the queue outlasts the function.
deny contains message if {
	some name, service in services
	service.compute == "lambda"
	service.consumes != null
	queue := object.union(data.topology.queue_defaults, data.topology.queues[service.consumes])
	some r in lib.of_type("aws_lambda_event_source_mapping")
	endswith(r.values.event_source_arn, sprintf(":%s", [replace(queue.name, "{env}", input.environment)]))
	found := [r.values.batch_size, object.get(r.values, "maximum_batching_window_in_seconds", 0), r.values.function_response_types]
	found != [queue.batch_size, queue.batch_window_seconds, ["ReportBatchItemFailures"]]
	message := sprintf("%s takes batches as %v", [r.address, found])
}

deny contains message if {
	some name, service in services
	service.compute == "lambda"
	service.consumes != null
	queue := replace(data.topology.queues[service.consumes].name, "{env}", input.environment)
	sources := {r | some r in lib.of_type("aws_lambda_event_source_mapping"); endswith(r.values.event_source_arn, sprintf(":%s", [queue]))}
	count(sources) != 1
	message := sprintf("%s has %v readers instead of one", [queue, count(sources)])
}
