mock_provider "aws" {
  source = "./tests/mocks"
}

run "r36_r38_r64_routes" {
  command = plan

  variables {
    route_throttle_overrides = { "POST /mcp" = { throttling_rate_limit = 80, throttling_burst_limit = 40 } }
  }

  assert {
    condition     = toset(keys(aws_lambda_permission.route)) == toset(["DELETE /mcp", "GET /healthz", "GET /mcp", "POST /mcp"])
    error_message = "Each route, and nothing else, has a permission."
  }

  assert {
    condition     = { for settings in aws_apigatewayv2_stage.this[0].route_settings : settings.route_key => settings.throttling_rate_limit }["POST /mcp"] == 80
    error_message = "A caller's limit replaces the default of its route."
  }
}

run "r38_one_method_per_permission" {
  command = plan

  # The rest of the ARN is only known once there is an API.
  assert {
    condition     = local.invocation_paths == { "DELETE /mcp" = "/$default/DELETE/mcp", "GET /mcp" = "/$default/GET/mcp", "POST /mcp" = "/$default/POST/mcp", "GET /healthz" = "/$default/GET/healthz" }
    error_message = "Each permission is for the stage, method and path of one route."
  }
}

run "r35_get_is_slower_than_post" {
  command = plan

  assert {
    condition = { for settings in aws_apigatewayv2_stage.this[0].route_settings : settings.route_key => [settings.throttling_rate_limit, settings.throttling_burst_limit] } == {
      "GET /mcp" = [10, 20], "POST /mcp" = [100, 50], "DELETE /mcp" = [5, 10], "GET /healthz" = [5, 5]
    }
    error_message = "Each route has limits of its own, GET and DELETE lower than POST."
  }
}

run "r29_no_deployment_by_itself" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_stage.this[0].auto_deploy == false && length(aws_apigatewayv2_deployment.this) == 1
    error_message = "Prod changes with an explicit deployment."
  }
}

run "r08_r30_access_log" {
  command = plan

  assert {
    condition = length(setsubtract([
      "request_id", "extended_request_id", "time", "domain_name", "method", "path", "route", "source_ip", "user_agent", "sub", "client_id",
      "tenant_id", "status", "integration_status", "integration_latency", "authorizer_error", "error_response_type",
    ], keys(jsondecode(aws_apigatewayv2_stage.this[0].access_log_settings[0].format)))) == 0
    error_message = "The access log tells who, what, when, from where, for which tenant and how it ended."
  }

  assert {
    condition     = jsondecode(aws_apigatewayv2_stage.this[0].access_log_settings[0].format).tenant_id == "$context.authorizer.claims.tenant_id"
    error_message = "The tenant in the access log is the one of the verified token."
  }
}

run "r47_logs_for_a_year" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.api.retention_in_days == 365 && aws_cloudwatch_log_group.server.retention_in_days == 365
    error_message = "Logs are kept for a year."
  }
}

run "r01_no_cors_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.this[0].cors_configuration) == 0
    error_message = "No web origin may call the API unless it is named."
  }
}

run "r01_named_origins" {
  command = plan

  variables {
    cors_allowed_origins = ["https://app.example.com"]
  }

  assert {
    condition     = aws_apigatewayv2_api.this[0].cors_configuration[0].allow_origins == toset(["https://app.example.com"]) && aws_apigatewayv2_api.this[0].cors_configuration[0].allow_credentials
    error_message = "The named origin may call the API with its token."
  }
}

run "no_credentials_without_auth" {
  command = plan

  variables {
    environment          = "dev"
    enable_auth          = false
    cors_allowed_origins = ["http://localhost:3000"]
  }

  assert {
    condition     = aws_apigatewayv2_api.this[0].cors_configuration[0].allow_credentials == false
    error_message = "Credentials are for origins of a server that checks them."
  }
}

run "r12_own_host_name_closed" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_api.this[0].disable_execute_api_endpoint
    error_message = "The API is reached through its domain only, behind which is the web ACL."
  }

  assert {
    condition     = aws_lambda_function.this[0].environment[0].variables["ORIGIN_VERIFY_ARN"] == var.origin_verify_secret_arn
    error_message = "The function knows the header that the distribution sends."
  }
}

run "r14_function_ends_before_the_api" {
  command = plan

  assert {
    condition     = aws_lambda_function.this[0].timeout == 29 && aws_apigatewayv2_integration.live[0].timeout_milliseconds == 30000
    error_message = "The function ends before the API gives up."
  }
}

run "r02_token_and_scope" {
  command = plan

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.mcp : route.authorization_type == "JWT" && route.authorization_scopes == toset(["mcp/invoke"])])
    error_message = "Each route of MCP asks for a token with the scope mcp/invoke."
  }
}

run "x08_health_check_without_token" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_route.health[0].route_key == "GET /healthz" && aws_apigatewayv2_route.health[0].authorization_type == "NONE"
    error_message = "The health check needs no token, which checkers do not have."
  }

  assert {
    condition     = aws_route53_health_check.this[0].resource_path == "/healthz"
    error_message = "Checkers ask the route without token."
  }
}

run "r37_domain_without_mtls" {
  command = plan

  variables {
    hosted_zone_id = "Z0123456789"
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2" && length(aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication) == 0
    error_message = "A custom domain needs no mTLS."
  }

  assert {
    condition     = output.mcp_endpoint_url == "https://origin.example.com/mcp" && toset(keys(aws_route53_record.this)) == toset(["A", "AAAA"])
    error_message = "Clients use the custom domain, over both versions of IP."
  }
}

run "r45_mtls" {
  command = plan

  variables {
    enable_health_check     = false
    enable_mtls             = true
    mtls_truststore_uri     = "s3://trust/clients.pem"
    mtls_truststore_version = "v1"
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication[0].truststore_version == "v1"
    error_message = "The trust store is pinned to a version."
  }
}

run "r44_dual_stack" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_api.this[0].ip_address_type == "dualstack" && aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].ip_address_type == "dualstack"
    error_message = "The API is reached over IPv6 too."
  }
}

run "r62_r23_user_pool_is_protected" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.this[0].deletion_protection == "ACTIVE"
    error_message = "The user pool of prod cannot be deleted."
  }
}

run "x03_tokens_tell_the_tenant" {
  command = plan

  variables {
    tenant_ids = ["acme", "globex"]
  }

  assert {
    condition     = aws_cognito_user_pool.this[0].user_pool_tier == "ESSENTIALS" && aws_cognito_user_pool.this[0].lambda_config[0].pre_token_generation_config[0].lambda_version == "V3_0"
    error_message = "The trigger is called for client credentials: version V3_0, tier Essentials."
  }

  assert {
    condition     = { for tenant, client in aws_cognito_user_pool_client.this : tenant => client.allowed_oauth_scopes } == { acme = toset(["mcp/invoke", "tools-prod-tenant/acme"]), globex = toset(["mcp/invoke", "tools-prod-tenant/globex"]) }
    error_message = "A client may ask for its own tenant's scope and for no other."
  }
}

run "tokens_end_after_an_hour" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.this["default"].access_token_validity == 60 && aws_cognito_user_pool_client.this["default"].generate_secret
    error_message = "Access tokens end after an hour, and the client has a secret."
  }
}

run "existing_user_pool" {
  command = plan

  variables {
    cognito_user_pool_id       = "us-east-1_AbCdEfGhI"
    cognito_user_pool_endpoint = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI"
    cognito_client_id          = "1a2b3c4d5e6f7g8h9i0j"
  }

  assert {
    condition     = length(aws_cognito_user_pool.this) == 0 && aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].issuer == "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI"
    error_message = "Tokens of the existing pool are accepted, and no pool is made."
  }
}
