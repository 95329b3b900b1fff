mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_secretsmanager_random_password" {
    defaults = { random_password = "s3cr3t" }
  }
  mock_data "aws_secretsmanager_secret_version" {
    defaults = { secret_string = "s3cr3t" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
}

variables {
  environment = "prod"
  kms_key_arns = {
    logs      = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    edge_logs = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    secrets   = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  }
  api = {
    function_name = "mcp-audit-prod-api"
    alias_arn     = "arn:aws:lambda:eu-west-1:123456789012:function:mcp-audit-prod-api:live"
    invoke_arn    = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:mcp-audit-prod-api:live/invocations"
  }
  identity              = { user_pool_arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3" }
  websocket             = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/mcp-audit-prod-ws/0123456789abcdef" }
  websocket_domain_name = "ws.example.com"
  webapp_bucket         = { name = "mcp-audit-prod-webapp", regional_domain_name = "mcp-audit-prod-webapp.s3.eu-west-1.amazonaws.com" }
  access_logs_bucket    = { name = "mcp-audit-prod-access-logs" }
  domain_name           = "app.example.com"
  certificate_arn       = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  api_domain_name       = "origin.example.com"
  api_certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  hosted_zone_id        = "Z0123456789"
}

run "r02_public_routes_are_these_and_no_others" {
  command = plan

  assert {
    condition = toset([for key, method in aws_api_gateway_method.this : key if method.authorization == "NONE"]) == toset([
      "GET /healthz", "GET /openapi.json", "GET /v1/downloads/{token}", "POST /v1/auth/login", "POST /v1/auth/refresh", "POST /v1/auth/register",
    ])
    error_message = "Without a token there are signing in, links of e-mails, the contract and the health check."
  }

  assert {
    condition     = alltrue([for method in values(aws_api_gateway_method.this) : method.authorization == "NONE" || (method.authorization == "COGNITO_USER_POOLS" && method.authorization_scopes == toset(["aws.cognito.signin.user.admin", "openid"]))])
    error_message = "All others need an access token of the pool."
  }

  assert {
    condition     = !anytrue([for key in keys(aws_api_gateway_method.this) : strcontains(key, "/metrics")])
    error_message = "The service's metrics are not reached from outside."
  }
}

run "the_routes_are_those_of_the_contract" {
  command = plan

  assert {
    condition     = setsubtract(keys(local.routes), keys(local.contract_routes)) == toset(["GET /healthz", "GET /openapi.json"]) && length(local.contract_routes) == sum([for operations in values(local.openapi.paths) : length(operations)])
    error_message = "Each operation of the contract is a route."
  }

  assert {
    condition     = aws_api_gateway_resource.fourth["/v1/tests/{test_id}/findings"].path_part == "findings" && aws_api_gateway_resource.third["/v1/tests/{test_id}"].path_part == "{test_id}"
    error_message = "Paths are trees of resources."
  }

  assert {
    condition     = aws_api_gateway_method.this["GET /v1/tests/{test_id}"].request_parameters == tomap({ "method.request.path.test_id" = true })
    error_message = "Parameters of paths are validated."
  }
}

run "r24_r38_routes_invoke_the_alias" {
  command = plan

  assert {
    condition     = alltrue([for integration in values(aws_api_gateway_integration.this) : endswith(integration.uri, ":live/invocations") && integration.timeout_milliseconds == 29000])
    error_message = "Routes invoke the alias, and end before the gateway does."
  }

  assert {
    condition     = alltrue([for permission in values(aws_lambda_permission.this) : permission.qualifier == "live"]) && length(aws_lambda_permission.this) == length(local.routes)
    error_message = "Each route may invoke the alias, and nothing else may."
  }
}

run "x08_the_health_check_is_public_and_slow" {
  command = plan

  assert {
    condition     = aws_api_gateway_method_settings.this["healthz/GET"].settings[0].throttling_rate_limit == 5 && aws_api_gateway_method_settings.this["*/*"].settings[0].throttling_rate_limit == 200
    error_message = "The health check is limited to 5 requests a second."
  }
}

run "r08_r30_the_access_log_tells_who_and_with_which_outcome" {
  command = plan

  assert {
    condition = length(setsubtract([
      "tenant_id", "client_id", "sub", "sourceIp", "userAgent", "authorizerError", "errorResponseType", "integrationStatus", "integrationTime", "domainName", "extendedRequestId", "status",
    ], keys(jsondecode(aws_api_gateway_stage.live.access_log_settings[0].format)))) == 0
    error_message = "The access log has these fields."
  }

  assert {
    condition     = !strcontains(aws_api_gateway_stage.live.access_log_settings[0].format, "$context.path")
    error_message = "Tokens of links are in paths and stay out of the log."
  }
}

run "r47_logs_are_encrypted_and_kept_a_year" {
  command = plan

  assert {
    condition = alltrue([
      for group in [aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution, aws_cloudwatch_log_group.origin[0]] :
      group.retention_in_days == 365 && group.kms_key_id == var.kms_key_arns.logs
    ])
    error_message = "Access logs and the log of the web ACL are kept 365 days."
  }
}

run "r32_the_stage_is_traced" {
  command = plan

  assert {
    condition     = aws_api_gateway_stage.live.xray_tracing_enabled
    error_message = "Traces begin at the gateway."
  }
}

run "x02_r12_only_cloudfront_reaches_the_api" {
  command = plan

  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint && length(aws_wafv2_web_acl.origin[0].default_action[0].block) == 1
    error_message = "The default endpoint is closed, and a web ACL refuses by default."
  }

  assert {
    condition     = one(aws_wafv2_web_acl.origin[0].rule).statement[0].byte_match_statement[0].field_to_match[0].single_header[0].name == "x-origin-verify" && one(aws_wafv2_web_acl.origin[0].rule).statement[0].byte_match_statement[0].positional_constraint == "EXACTLY"
    error_message = "It lets through who knows the secret."
  }

  assert {
    condition     = length(aws_wafv2_web_acl_association.origin) == 1 && toset([for field in aws_wafv2_web_acl_logging_configuration.origin[0].redacted_fields : field.single_header[0].name]) == toset(["authorization", "cookie", "x-origin-verify"])
    error_message = "It is before the stage and logs no credentials."
  }
}

run "x10_renewing_the_secret_interrupts_nobody" {
  command = plan
  variables {
    origin_verify_generation = 3
  }

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.origin[0].rule : rule.name]) == toset(["cloudfront-2", "cloudfront-3"]) && keys(aws_secretsmanager_secret.origin_verify) == ["2", "3"]
    error_message = "The secret before is accepted until the next renewal."
  }
}

run "r37_r44_the_api_has_a_name_of_its_own" {
  command = plan

  assert {
    condition     = aws_api_gateway_domain_name.this[0].security_policy == "TLS_1_2" && keys(aws_route53_record.api) == ["A", "AAAA"] && aws_api_gateway_rest_api.this.endpoint_configuration[0].ip_address_type == "dualstack"
    error_message = "The name takes TLS 1.2, by IPv4 and IPv6."
  }
}

run "dev_can_do_without_cloudfront" {
  command = plan
  variables {
    environment           = "dev"
    enable_cdn            = false
    enable_waf            = false
    domain_name           = null
    certificate_arn       = null
    api_domain_name       = null
    api_certificate_arn   = null
    hosted_zone_id        = null
    websocket             = null
    websocket_domain_name = null
  }

  assert {
    condition     = output.distribution == null && length(aws_wafv2_web_acl.origin) == 0 && !aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "There is the API with its default endpoint only."
  }
}
