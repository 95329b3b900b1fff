# Row 2: outside development only the health check, and what hands out or replaces a token, may be called without one.
package infra.r02_public_routes

import data.infra.lib
import rego.v1

public_routes := {"GET /healthz"}

# Browsers send a preflight request without a token.
public_method(method, path) if method == "OPTIONS"

public_method(method, path) if path == "/healthz"

paths(method) := {full_path(leaf) |
	some leaf in lib.of_type("aws_api_gateway_resource")
	lib.refers(method, "resource_id", leaf)
}

path_of(method) := path if {
	count(paths(method)) == 1
	some path in paths(method)
}

# Of several that one expression chooses among, the key of the method tells which.
path_of(method) := path if {
	count(paths(method)) > 1
	some path in paths(method)
	endswith(sprintf(" %v", [method.index]), sprintf(" %s", [path]))
}

full_path(leaf) := leaf.values.path if is_string(leaf.values.path)

full_path(leaf) := sprintf("%s/%s", [concat("", parents(leaf)), leaf.values.path_part]) if not is_string(object.get(leaf.values, "path", null))

# Three levels are as deep as a public route may lie.
parents(leaf) := [sprintf("/%s", [part]) |
	some parent in lib.of_type("aws_api_gateway_resource")
	parent.address != leaf.address
	lib.refers(leaf, "parent_id", parent)
	part := parent.values.path_part
]

examined contains r.address if {
	some r in input.resources
	r.type in {"aws_apigatewayv2_route", "aws_api_gateway_method"}
}

deny contains message if {
	input.environment != "dev"
	some r in lib.of_type("aws_apigatewayv2_route")
	object.get(r.values, "authorization_type", "NONE") in {"NONE", null}
	not r.values.route_key in public_routes
	message := sprintf("%s (%s) needs no token: give it an authorizer", [r.address, r.values.route_key])
}

deny contains message if {
	input.environment != "dev"
	some r in lib.of_type("aws_api_gateway_method")
	r.values.authorization == "NONE"
	not public(r)
	message := sprintf("%s needs no token: give it an authorizer", [r.address])
}

# The routes of the platform are those of its contract, which says for each whether it needs a token.
public(r) if r.index in data.public_routes

public(r) if r.index in {"GET /healthz", "GET /openapi.json"}

public(r) if public_method(r.values.http_method, "")

public(r) if public_method(r.values.http_method, path_of(r))
