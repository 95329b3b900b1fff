locals {
  rest_routes = {
    for key in local.is_rest ? local.route_keys : [] :
    key => { method = split(" ", key)[0], path = trimprefix(split(" ", key)[1], "/"), authorised = var.enable_auth && key != local.health_route }
  }
}

resource "aws_api_gateway_rest_api" "this" {
  count = local.is_rest ? 1 : 0

  name                         = local.prefix
  description                  = "MCP server ${var.name}"
  disable_execute_api_endpoint = local.disable_execute_api_endpoint

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = var.ip_address_type
  }

  tags = merge(local.tags, { Controls = "SC-7 SC-8" })

  lifecycle {
    prevent_destroy       = true
    create_before_destroy = true
  }
}

# Checks signature, issuer and scope. It admits every client of the pool that has the scope.
resource "aws_api_gateway_authorizer" "user_pool" {
  count = local.is_rest && var.enable_auth ? 1 : 0

  rest_api_id   = local.api_id
  name          = "user-pool"
  type          = "COGNITO_USER_POOLS"
  provider_arns = [local.user_pool_arn]
}

resource "aws_api_gateway_resource" "this" {
  for_each = toset([for route in local.rest_routes : route.path])

  rest_api_id = local.api_id
  parent_id   = aws_api_gateway_rest_api.this[0].root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_request_validator" "parameters" {
  count = local.is_rest ? 1 : 0

  rest_api_id                 = local.api_id
  name                        = "parameters"
  validate_request_parameters = true
}

resource "aws_api_gateway_method" "this" {
  for_each = local.rest_routes

  rest_api_id          = local.api_id
  resource_id          = aws_api_gateway_resource.this[each.value.path].id
  http_method          = each.value.method
  authorization        = each.value.authorised ? "COGNITO_USER_POOLS" : "NONE"
  authorizer_id        = each.value.authorised ? aws_api_gateway_authorizer.user_pool[0].id : null
  authorization_scopes = each.value.authorised ? ["mcp/invoke"] : null
  request_validator_id = aws_api_gateway_request_validator.parameters[0].id
  request_parameters   = each.value.authorised ? { "method.request.header.Authorization" = true } : {}
}

resource "aws_api_gateway_integration" "live" {
  for_each = local.rest_routes

  rest_api_id             = local.api_id
  resource_id             = aws_api_gateway_resource.this[each.value.path].id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.alias_arn}/invocations"
  timeout_milliseconds    = var.rest_integration_timeout_seconds * 1000

  # The tenant comes from the verified token, whatever header a client sends. A health check belongs to no tenant and needs a fixed one.
  request_parameters = !var.enable_tenant_isolation ? {} : {
    "integration.request.header.X-Amz-Tenant-Id" = each.value.authorised ? "context.authorizer.claims.tenant_id" : "'health-check'"
  }

  depends_on = [aws_lambda_alias.live, aws_cloudformation_stack.isolated]
}

resource "aws_api_gateway_deployment" "this" {
  count = local.is_rest ? 1 : 0

  rest_api_id = local.api_id
  description = "Made when routes, integration or authoriser change"

  triggers = {
    configuration = sha256(jsonencode([
      local.rest_routes, var.enable_auth, local.user_pool_arn, local.alias_arn, var.enable_tenant_isolation,
      var.rest_integration_timeout_seconds, local.disable_execute_api_endpoint,
    ]))
  }

  depends_on = [aws_api_gateway_integration.live]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  count = local.is_rest ? 1 : 0

  rest_api_id          = local.api_id
  deployment_id        = aws_api_gateway_deployment.this[0].id
  stage_name           = local.stage_name
  xray_tracing_enabled = var.enable_xray_tracing

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format          = jsonencode(local.access_log_fields)
  }

  tags = merge(local.tags, { Controls = "AU-2 AU-3 CM-7 SC-5 SI-4" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_api_gateway_method_settings" "default" {
  count = local.is_rest ? 1 : 0

  rest_api_id = local.api_id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  method_path = "*/*"

  settings {
    logging_level          = "ERROR"
    data_trace_enabled     = false # would write tool arguments into a log
    metrics_enabled        = true
    throttling_rate_limit  = var.throttle_rate_limit
    throttling_burst_limit = var.throttle_burst_limit
  }
}

resource "aws_api_gateway_method_settings" "route" {
  for_each = { for key, route in local.rest_routes : key => merge(route, local.route_throttles[key]) }

  rest_api_id = local.api_id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  method_path = "${each.value.path}/${each.value.method}"

  settings {
    logging_level          = "ERROR"
    data_trace_enabled     = false
    metrics_enabled        = true
    throttling_rate_limit  = each.value.throttling_rate_limit
    throttling_burst_limit = each.value.throttling_burst_limit
  }
}

resource "aws_wafv2_web_acl_association" "stage" {
  count = var.waf_acl_arn == null ? 0 : 1

  resource_arn = aws_api_gateway_stage.this[0].arn
  web_acl_arn  = var.waf_acl_arn
}
