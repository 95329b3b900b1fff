# What both kinds of API have in common: routes, their limits and what the access log tells.
locals {
  mcp_routes   = toset(["DELETE /mcp", "GET /mcp", "POST /mcp"])
  health_route = "GET ${var.health_check_path}"
  route_keys   = setunion(local.mcp_routes, var.enable_health_check ? [local.health_route] : [])

  # A GET holds a function for up to 25 s while it waits for events, a POST for as long as its tool takes.
  route_throttles = merge(
    {
      "GET /mcp"    = { throttling_rate_limit = min(10, var.throttle_rate_limit), throttling_burst_limit = min(20, var.throttle_burst_limit) }
      "POST /mcp"   = { throttling_rate_limit = var.throttle_rate_limit, throttling_burst_limit = var.throttle_burst_limit }
      "DELETE /mcp" = { throttling_rate_limit = min(5, var.throttle_rate_limit), throttling_burst_limit = min(10, var.throttle_burst_limit) }
    },
    var.route_throttle_overrides,
    var.enable_health_check ? { (local.health_route) = { throttling_rate_limit = 5, throttling_burst_limit = 5 } } : {},
  )

  # Neither kind of API closes its own host name without another one.
  disable_execute_api_endpoint = coalesce(var.disable_execute_api_endpoint, local.has_custom_domain)

  stage_name = local.is_http ? "$default" : var.environment

  # How Lambda sees a call of each route: /<stage>/<method>/<path>.
  invocation_paths = { for key in local.route_keys : key => "/${local.stage_name}/${replace(key, " ", "")}" }

  api_id            = local.is_http ? one(aws_apigatewayv2_api.this[*].id) : one(aws_api_gateway_rest_api.this[*].id)
  api_execution_arn = local.is_http ? one(aws_apigatewayv2_api.this[*].execution_arn) : one(aws_api_gateway_rest_api.this[*].execution_arn)
  api_endpoint      = local.is_http ? one(aws_apigatewayv2_api.this[*].api_endpoint) : one(aws_api_gateway_stage.this[*].invoke_url)

  # Who, what, when, from where, for which tenant, and how it ended. extended_request_id joins the distribution's log, which has TLS
  # and the web ACL's verdict.
  access_log_fields = {
    request_id            = "$context.requestId"
    extended_request_id   = "$context.extendedRequestId"
    time                  = "$context.requestTime"
    api_id                = "$context.apiId"
    domain_name           = "$context.domainName"
    stage                 = "$context.stage"
    method                = "$context.httpMethod"
    path                  = "$context.path"
    route                 = local.is_http ? "$context.routeKey" : "$context.httpMethod $context.resourcePath"
    protocol              = "$context.protocol"
    source_ip             = "$context.identity.sourceIp"
    user_agent            = "$context.identity.userAgent"
    sub                   = "$context.authorizer.claims.sub"
    client_id             = "$context.authorizer.claims.client_id"
    tenant_id             = "$context.authorizer.claims.tenant_id"
    scope                 = "$context.authorizer.claims.scope"
    status                = "$context.status"
    response_length       = "$context.responseLength"
    response_latency      = "$context.responseLatency"
    integration_status    = "$context.integration.status"
    integration_latency   = "$context.integration.latency"
    integration_error     = "$context.integration.error"
    authorizer_error      = "$context.authorizer.error"
    error_message         = "$context.error.message"
    error_response_type   = "$context.error.responseType"
    client_certificate_dn = "$context.identity.clientCert.subjectDN"
  }
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/apigateway/${local.prefix}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-3 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}
