mock_provider "aws" {}

variables {
  service_name         = "orders"
  api_id               = "a1b2c3"
  api_execution_arn    = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3"
  lambda_function_name = "shop-prod-orders"
  lambda_invoke_arn    = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:shop-prod-orders:live/invocations"
  routes = {
    "GET /orders/{id}" = { authorizer_id = "z9", authorization_scopes = ["orders/read"] }
    "POST /orders"     = { authorizer_id = "z9" }
  }
}

run "r38_permissions_name_method_path_and_stage" {
  command = plan

  assert {
    condition = { for key, permission in aws_lambda_permission.this : key => permission.source_arn } == {
      "GET /orders/{id}" = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/$default/GET/orders/*"
      "POST /orders"     = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/$default/POST/orders"
    }
    error_message = "Each permission is for one method and path of one stage."
  }
}

run "r24_routes_invoke_the_alias" {
  command = plan

  assert {
    condition     = endswith(aws_apigatewayv2_integration.this.integration_uri, ":live/invocations") && alltrue([for permission in values(aws_lambda_permission.this) : permission.qualifier == "live"])
    error_message = "Integration and permissions are for the alias."
  }
}

run "r24_the_latest_version_is_refused" {
  command = plan
  variables {
    lambda_qualifier = "$LATEST"
  }
  expect_failures = [var.lambda_qualifier]
}

run "r24_another_alias_is_refused" {
  command = plan
  variables {
    lambda_qualifier = "next"
  }
  expect_failures = [var.lambda_invoke_arn]
}

run "r02_routes_need_a_token_unless_public" {
  command = plan

  assert {
    condition     = alltrue([for route in values(aws_apigatewayv2_route.this) : route.authorization_type == "JWT" && route.authorizer_id == "z9"])
    error_message = "A route needs a token unless told otherwise."
  }
}

run "r02_a_public_route_is_named_twice" {
  command = plan
  variables {
    routes        = { "GET /orders/health" = { authorization_type = "NONE" } }
    public_routes = ["GET /orders/health"]
  }

  assert {
    condition     = aws_apigatewayv2_route.this["GET /orders/health"].authorization_type == "NONE"
    error_message = "A route that is named in public_routes can be public."
  }
}

run "r61_paths_of_another_service_are_refused" {
  command = plan
  variables {
    routes = { "POST /orders-evil" = { authorizer_id = "z9" } }
  }
  expect_failures = [var.routes]
}

run "r61_a_prefix_of_the_callers_choice" {
  command = plan
  variables {
    route_prefix = "/v1/orders"
    routes       = { "POST /v1/orders" = { authorizer_id = "z9" }, "GET /v1/orders/{id}" = { authorizer_id = "z9" } }
  }

  assert {
    condition     = length(aws_apigatewayv2_route.this) == 2
    error_message = "Routes at the prefix and below it are made."
  }
}

run "a_websocket_has_one_authorized_route" {
  command = plan
  variables {
    protocol               = "WEBSOCKET"
    stage_name             = "live"
    payload_format_version = "1.0"
    routes = {
      "$connect"    = { authorization_type = "CUSTOM", authorizer_id = "z9" }
      "$disconnect" = { authorization_type = "NONE" }
    }
  }

  assert {
    condition     = aws_lambda_permission.this["$connect"].source_arn == "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/live/$connect"
    error_message = "Permissions of a WebSocket API name stage and route."
  }
}

run "a_wrong_service_is_refused" {
  command = plan
  variables {
    service_name = "Orders"
  }
  expect_failures = [var.service_name]
}

run "a_rest_api_is_refused" {
  command = plan
  variables {
    protocol = "REST"
  }
  expect_failures = [var.protocol]
}

run "x05_an_execution_arn_of_nothing_is_refused" {
  command = plan
  variables {
    api_execution_arn = "a1b2c3"
  }
  expect_failures = [var.api_execution_arn]
}

run "an_arn_as_function_name_is_refused" {
  command = plan
  variables {
    lambda_function_name = "arn:aws:lambda:us-east-1:123456789012:function:orders"
  }
  expect_failures = [var.lambda_function_name]
}

run "an_unknown_payload_is_refused" {
  command = plan
  variables {
    payload_format_version = "3.0"
  }
  expect_failures = [var.payload_format_version]
}

run "a_prefix_with_a_slash_behind_is_refused" {
  command = plan
  variables {
    route_prefix = "/orders/"
  }
  expect_failures = [var.route_prefix]
}

run "no_route_at_all_is_refused" {
  command = plan
  variables {
    routes = {}
  }
  expect_failures = [var.routes]
}

run "r38_any_method_is_refused" {
  command = plan
  variables {
    routes = { "ANY /orders" = { authorizer_id = "z9" } }
  }
  expect_failures = [var.routes]
}

run "an_unknown_authorization_is_refused" {
  command = plan
  variables {
    routes = { "GET /orders" = { authorization_type = "BASIC" } }
  }
  expect_failures = [var.routes]
}

run "r02_a_token_nobody_checks_is_refused" {
  command = plan
  variables {
    routes = { "GET /orders" = {} }
  }
  expect_failures = [var.routes]
}

run "r02_a_public_route_by_accident_is_refused" {
  command = plan
  variables {
    routes = { "GET /orders" = { authorization_type = "NONE" } }
  }
  expect_failures = [var.routes]
}

run "a_public_route_that_is_none_is_refused" {
  command = plan
  variables {
    public_routes = ["GET /orders/health"]
  }
  expect_failures = [var.routes]
}
