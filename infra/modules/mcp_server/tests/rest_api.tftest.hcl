mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  api_type                 = "REST"
  environment              = "prod"
  timeout                  = 28
  provisioned_concurrency  = 0
  enable_tenant_isolation  = true
  tenant_ids               = ["acme", "globex"]
  origin_verify_secret_arn = null
  waf_acl_arn              = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/tools/11111111-2222-3333-4444-555555555555"
}

run "x01_isolated_function_behind_rest" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.this) == 0 && length(aws_lambda_function.this) == 0 && output.tenant_isolation_enabled
    error_message = "There is no HTTP API and no function without isolation."
  }

  assert {
    condition     = jsondecode(aws_cloudformation_stack.isolated[0].template_body).Resources.Function.Properties.TenancyConfig.TenantIsolationMode == "PER_TENANT"
    error_message = "Each tenant has execution environments of its own."
  }

  assert {
    condition     = jsondecode(aws_cloudformation_stack.isolated[0].template_body).Resources.Function.Properties.PackageType == "Image"
    error_message = "The isolated function is an image too."
  }
}

run "x01_tenant_from_the_token" {
  command = plan

  assert {
    condition     = aws_api_gateway_integration.live["POST /mcp"].request_parameters["integration.request.header.X-Amz-Tenant-Id"] == "context.authorizer.claims.tenant_id"
    error_message = "The tenant comes from the verified token, never from a header of the client."
  }

  assert {
    condition     = endswith(aws_api_gateway_integration.live["POST /mcp"].uri, ":function:tools-prod:live/invocations")
    error_message = "The API calls the alias."
  }
}

run "x04_role_without_table" {
  command = plan

  assert {
    condition     = !strcontains(aws_iam_role_policy.server.policy, "dynamodb:")
    error_message = "With isolation, the function's own role reaches no table."
  }

  assert {
    condition     = aws_dynamodb_table.sessions[0].hash_key == "tenant_id" && aws_dynamodb_table.sessions[0].range_key == "session_id"
    error_message = "Sessions lie under their tenant."
  }
}

run "r02_token_and_scope" {
  command = plan

  assert {
    condition = { for key, method in aws_api_gateway_method.this : key => method.authorization } == {
      "DELETE /mcp" = "COGNITO_USER_POOLS", "GET /mcp" = "COGNITO_USER_POOLS", "POST /mcp" = "COGNITO_USER_POOLS", "GET /healthz" = "NONE"
    }
    error_message = "Only the health check needs no token."
  }
}

run "r32_stage_is_traced" {
  command = plan

  assert {
    condition     = aws_api_gateway_stage.this[0].xray_tracing_enabled
    error_message = "The stage of a REST API is traced."
  }
}

run "r35_r64_throttles" {
  command = plan

  assert {
    condition = { for key, settings in aws_api_gateway_method_settings.route : settings.method_path => settings.settings[0].throttling_rate_limit } == {
      "mcp/DELETE" = 5, "mcp/GET" = 10, "mcp/POST" = 100, "healthz/GET" = 5
    }
    error_message = "Each method has limits of its own."
  }
}

run "r12_web_acl_and_closed_host_name" {
  command = plan

  assert {
    condition     = aws_wafv2_web_acl_association.stage[0].web_acl_arn == var.waf_acl_arn && aws_api_gateway_rest_api.this[0].disable_execute_api_endpoint
    error_message = "The web ACL is before the stage, which has one way in."
  }
}

run "r08_access_log" {
  command = plan

  assert {
    condition     = jsondecode(aws_api_gateway_stage.this[0].access_log_settings[0].format).tenant_id == "$context.authorizer.claims.tenant_id"
    error_message = "The access log tells the tenant of the verified token."
  }
}

run "r09_dashboard" {
  command = plan

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 7
    error_message = "The dashboard shows requests, latency, function, concurrency, refusals, dead letters and sessions."
  }
}

run "r46_canary" {
  command = plan

  variables {
    live_version   = "7"
    canary_version = "8"
    canary_weight  = 0.1
  }

  assert {
    condition     = jsondecode(aws_cloudformation_stack.isolated[0].template_body).Resources.Live.Properties.RoutingConfig.AdditionalVersionWeights == [{ FunctionVersion = "8", FunctionWeight = 0.1 }]
    error_message = "A tenth of the traffic goes to version 8."
  }
}

run "rest_without_isolation" {
  command = plan

  variables {
    enable_tenant_isolation = false
    provisioned_concurrency = 1
    tenant_ids              = []
  }

  assert {
    condition     = length(aws_lambda_function.this) == 1 && length(aws_api_gateway_integration.live["POST /mcp"].request_parameters) == 0
    error_message = "Without isolation a REST API calls the ordinary function."
  }
}
