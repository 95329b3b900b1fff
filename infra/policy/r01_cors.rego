# Row 1: an answer to any origin lets every page on the internet call the server with a visitor's token.
package infra.r01_cors

import data.infra.lib
import rego.v1

origins contains {"resource": r, "origin": origin} if {
	some r in lib.of_type("aws_apigatewayv2_api")
	some block in object.get(r.values, "cors_configuration", [])
	some origin in object.get(block, "allow_origins", [])
}

origins contains {"resource": r, "origin": origin} if {
	some r in lib.of_type("aws_lambda_function_url")
	some block in object.get(r.values, "cors", [])
	some origin in object.get(block, "allow_origins", [])
}

origins contains {"resource": r, "origin": origin} if {
	some r in lib.of_type("aws_s3_bucket_cors_configuration")
	some block in object.get(r.values, "cors_rule", [])
	some origin in object.get(block, "allowed_origins", [])
}

origins contains {"resource": r, "origin": trim(origin, "'")} if {
	some r in input.resources
	r.type in {"aws_api_gateway_gateway_response", "aws_api_gateway_integration_response"}
	some name, origin in object.get(r.values, "response_parameters", {})
	endswith(lower(name), ".access-control-allow-origin")
}

# A port of a developer's own machine is the only wildcard that is no foreign origin.
foreign(origin) if {
	contains(origin, "*")
	not local_port(origin)
}

local_port(origin) if {
	input.environment == "dev"
	origin == "http://localhost:*"
}

examined contains r.address if {
	some r in input.resources
	r.type in {"aws_apigatewayv2_api", "aws_api_gateway_rest_api", "aws_s3_bucket_cors_configuration"}
}

deny contains message if {
	some found in origins
	foreign(found.origin)
	message := sprintf("%s answers the origin `%s`: list origins by name", [found.resource.address, found.origin])
}
