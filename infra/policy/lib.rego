# What several policies need. The input is one plan of an example, digested by `infra/check`:
#   plan         name of the example
#   environment  dev, staging or prod
#   resources    {address, module, type, name, index, values, unknown, refs}
# JSON inside `values` (policies, templates, dashboards) is parsed. `unknown` names attributes that only an apply will
# know; `refs` tells for each attribute the addresses of the resources that flow into it.
package infra.lib

import rego.v1

production if input.environment == "prod"

of_type(type) := {r | some r in input.resources; r.type == type}

as_array(value) := value if is_array(value)

as_array(value) := [value] if not is_array(value)

has(object_, key) if _ = object_[key]

unknown(resource, attribute) if resource.unknown[attribute]

refers(from, attribute, to) if to.address in object.get(from.refs, attribute, [])

# Set to something, if only after an apply.
set_to_something(resource, attribute) if {
	value := object.get(resource.values, attribute, null)
	not value in {"", null}
}

set_to_something(resource, attribute) if unknown(resource, attribute)

# ---- IAM

# Documents that say what a principal may do. Trust and resource policies are others.
identity_documents contains {"resource": r, "document": r.values.policy} if {
	some r in input.resources
	r.type in {"aws_iam_policy", "aws_iam_role_policy"}
	is_object(r.values.policy)
}

statements(document) := as_array(document.Statement)

actions(statement) := {action | some action in as_array(object.get(statement, "Action", []))}

targets(statement) := {target | some target in as_array(object.get(statement, "Resource", []))}

# Triples of operator, key and value.
conditions(statement) := {[operator, key, value] |
	some operator, keys in object.get(statement, "Condition", {})
	some key, values in keys
	some value in as_array(values)
}

service_principals(statement) := {principal |
	some principal in as_array(object.get(object.get(statement, "Principal", {}), "Service", []))
}

denies_plain_transport(document) if {
	some statement in statements(document)
	statement.Effect == "Deny"
	some [operator, key, value] in conditions(statement)
	operator == "Bool"
	key == "aws:SecureTransport"
	lower(sprintf("%v", [value])) == "false"
}

# ---- Lambda and what invokes it

# `arn:…:function:name:alias`, also inside the invocation ARN of API Gateway.
function_in(text) := match[1] if {
	is_string(text)
	match := regex.find_all_string_submatch_n(`:function:([A-Za-z0-9_-]+)`, text, 1)[0]
}

alias_in(text) := match[1] if {
	is_string(text)
	match := regex.find_all_string_submatch_n(`:function:[A-Za-z0-9_-]+:([A-Za-z][A-Za-z0-9_-]*)`, text, 1)[0]
}

invokes(caller, attribute, function) if function_in(caller.values[attribute]) == function.values.function_name

invokes(caller, attribute, function) if {
	unknown(caller, attribute)
	refers(caller, attribute, function)
}

invokes(caller, attribute, function) if {
	unknown(caller, attribute)
	some alias in of_type("aws_lambda_alias")
	refers(caller, attribute, alias)
	refers(alias, "function_name", function)
}

# A function of a tenant each exists as a stack only: the provider's resource has no such argument yet.
isolated_stacks contains r if {
	some r in of_type("aws_cloudformation_stack")
	walk(r.values.template_body, [path, _])
	path[count(path) - 1] == "TenancyConfig"
}

# ---- Alarms

# What each alarm watches, be it a plain metric or part of an expression.
watched contains {"alarm": r, "namespace": r.values.namespace, "metric": r.values.metric_name, "dimensions": dimensions} if {
	some r in of_type("aws_cloudwatch_metric_alarm")
	is_string(r.values.metric_name)
	dimensions := dimensions_of(r.values)
}

watched contains {"alarm": r, "namespace": metric.namespace, "metric": metric.metric_name, "dimensions": dimensions} if {
	some r in of_type("aws_cloudwatch_metric_alarm")
	some query in object.get(r.values, "metric_query", [])
	some metric in object.get(query, "metric", [])
	dimensions := dimensions_of(metric)
}

dimensions_of(values) := values.dimensions if is_object(values.dimensions)

dimensions_of(values) := {} if not is_object(object.get(values, "dimensions", null))

functions contains r if some r in of_type("aws_lambda_function")

apis contains r if {
	some r in input.resources
	r.type in {"aws_apigatewayv2_api", "aws_api_gateway_rest_api"}
}
