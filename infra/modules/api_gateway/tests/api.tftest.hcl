mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws-us-gov" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-gov-west-1" }
  }
}

variables {
  name               = "shop"
  environment        = "prod"
  kms_key_arn        = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  custom_domain_name = "api.example.com"
  certificate_arn    = "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  deployment_trigger = "a1"
}

run "r12_the_default_endpoint_is_closed" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_api.this.disable_execute_api_endpoint
    error_message = "With a name of its own, the API is reached by nothing else."
  }
}

run "x02_prod_without_its_own_name_is_refused" {
  command = plan
  variables {
    custom_domain_name = null
    certificate_arn    = null
  }
  expect_failures = [var.disable_execute_api_endpoint]
}

run "an_api_without_any_address_is_refused" {
  command = plan
  variables {
    environment                  = "dev"
    custom_domain_name           = null
    certificate_arn              = null
    disable_execute_api_endpoint = true
  }
  expect_failures = [var.disable_execute_api_endpoint]
}

run "r29_changes_go_live_by_a_deployment" {
  command = plan

  assert {
    condition     = !aws_apigatewayv2_stage.this.auto_deploy && aws_apigatewayv2_deployment.this[0].triggers == tomap({ routes = "a1" })
    error_message = "In prod a deployment is made when the routes change, and not otherwise."
  }
}

run "r29_auto_deploy_in_prod_is_refused" {
  command = plan
  variables {
    auto_deploy = true
  }
  expect_failures = [var.auto_deploy]
}

run "r29_a_deployment_of_nothing_is_refused" {
  command = plan
  variables {
    deployment_trigger = ""
  }
  expect_failures = [aws_apigatewayv2_deployment.this]
}

run "r29_dev_deploys_by_itself" {
  command = plan
  variables {
    environment = "dev"
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.auto_deploy && length(aws_apigatewayv2_deployment.this) == 0
    error_message = "In dev a changed route is live at once."
  }
}

run "r08_r30_the_access_log_tells_who_and_with_which_outcome" {
  command = plan

  assert {
    condition = length(setsubtract([
      "tenant_id", "client_id", "sub", "sourceIp", "userAgent", "authorizerError", "errorResponseType", "integrationStatus", "integrationTime", "domainName", "extendedRequestId", "status", "requestTime",
    ], keys(jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format)))) == 0
    error_message = "The access log has these fields."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn == "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/aws/apigateway/shop-prod"
    error_message = "The access log goes to the module's own group."
  }
}

run "r47_r51_the_access_log_is_encrypted_and_kept_a_year" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.access.retention_in_days == 365 && aws_cloudwatch_log_group.access.kms_key_id == var.kms_key_arn
    error_message = "The access log is kept 365 days, encrypted with the caller's key."
  }
}

run "r47_a_short_access_log_is_refused" {
  command = plan
  variables {
    log_retention_days = 30
  }
  expect_failures = [var.log_retention_days]
}

run "r47_an_unknown_retention_is_refused" {
  command = plan
  variables {
    log_retention_days = 100
  }
  expect_failures = [var.log_retention_days]
}

run "r35_routes_have_limits_of_their_own" {
  command = plan
  variables {
    route_throttle_overrides = { "GET /mcp" = { throttling_rate_limit = 10, throttling_burst_limit = 20 } }
  }

  assert {
    condition     = one(aws_apigatewayv2_stage.this.route_settings).throttling_rate_limit == 10 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_rate_limit == 1000 && aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 500
    error_message = "A route can have lower limits than the stage."
  }
}

run "r64_limits_above_the_stage_are_refused" {
  command = plan
  variables {
    route_throttle_overrides = { "GET /mcp" = { throttling_rate_limit = 1001, throttling_burst_limit = 20 } }
  }
  expect_failures = [var.route_throttle_overrides]
}

run "r01_no_page_may_call_by_default" {
  command = plan

  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "Without cors_allowed_origins no preflight is answered."
  }
}

run "r01_any_page_is_refused" {
  command = plan
  variables {
    cors_allowed_origins = ["*"]
  }
  expect_failures = [var.cors_allowed_origins]
}

run "r01_localhost_is_refused_outside_dev" {
  command = plan
  variables {
    cors_allowed_origins = ["http://localhost:5173"]
  }
  expect_failures = [var.cors_allowed_origins]
}

run "r01_credentials_need_an_authorizer" {
  command = plan
  variables {
    cors_allowed_origins   = ["https://app.example.com"]
    cors_allow_credentials = true
  }
  expect_failures = [var.cors_allow_credentials]
}

run "r10_tokens_are_checked_by_issuer_and_audience" {
  command = plan
  variables {
    jwt_authorizers = { people = { issuer = "https://issuer.example.com", audience = ["shop"] } }
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.jwt["people"].jwt_configuration[0].issuer == "https://issuer.example.com" && aws_apigatewayv2_authorizer.jwt["people"].jwt_configuration[0].audience == toset(["shop"])
    error_message = "The authorizer checks issuer and audience."
  }
}

run "an_issuer_without_audience_is_refused" {
  command = plan
  variables {
    jwt_authorizers = { people = { issuer = "https://issuer.example.com", audience = [] } }
  }
  expect_failures = [var.jwt_authorizers]
}

run "r37_r44_a_name_of_its_own_needs_no_mtls" {
  command = plan
  variables {
    hosted_zone_id = "Z0123456789"
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2" && length(aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication) == 0
    error_message = "The name takes TLS 1.2 and no client certificates unless told."
  }

  assert {
    condition     = aws_apigatewayv2_api.this.ip_address_type == "dualstack" && aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].ip_address_type == "dualstack" && keys(aws_route53_record.this) == ["A", "AAAA"]
    error_message = "API, name and records are reached by IPv4 and IPv6."
  }
}

run "r45_the_trust_store_is_pinned" {
  command = plan
  variables {
    enable_mtls             = true
    mtls_truststore_uri     = "s3://trust/store.pem"
    mtls_truststore_version = "3"
  }

  assert {
    condition     = aws_apigatewayv2_domain_name.this[0].mutual_tls_authentication[0].truststore_version == "3"
    error_message = "The version of the trust store is fixed."
  }
}

run "r45_an_unpinned_trust_store_is_refused" {
  command = plan
  variables {
    enable_mtls         = true
    mtls_truststore_uri = "s3://trust/store.pem"
  }
  expect_failures = [var.enable_mtls]
}

run "a_vpc_link_is_made" {
  command = plan
  variables {
    vpc_link = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition     = aws_apigatewayv2_vpc_link.this[0].subnet_ids == toset(["subnet-1", "subnet-2"])
    error_message = "The link is in the caller's subnets."
  }
}

run "a_websocket_logs_connections" {
  command = plan
  variables {
    protocol   = "WEBSOCKET"
    stage_name = "live"
  }

  assert {
    condition     = jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format).connectionId == "$context.connectionId" && aws_apigatewayv2_api.this.route_selection_expression == "$request.body.action"
    error_message = "The access log of a WebSocket API tells the connection."
  }
}

run "r42_tags_tell_who_pays" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_api.this.tags.CostCenter == "mcp" && aws_apigatewayv2_stage.this.tags.Service == "api"
    error_message = "Resources are tagged for the bill."
  }
}
