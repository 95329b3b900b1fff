resource "aws_api_gateway_rest_api" "this" {
  name                         = local.prefix
  description                  = "REST API of MCP Audit"
  disable_execute_api_endpoint = var.api_domain_name != null

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = "dualstack"
  }

  tags = merge(local.tags, { Controls = "CM-7 SC-7 SC-8" })

  lifecycle {
    prevent_destroy = true

    precondition {
      condition     = alltrue([for node in local.nodes : length(split("/", node)) <= 5])
      error_message = "The contract has a path of more than four parts: add a block of resources for that depth."
    }
  }
}

# Refusals of the gateway look like refusals of the service.
resource "aws_api_gateway_gateway_response" "problem" {
  for_each = {
    UNAUTHORIZED                 = { status = 401, name = "unauthenticated", title = "Sign in first", detail = "send an access token as `Authorization: Bearer …`" }
    MISSING_AUTHENTICATION_TOKEN = { status = 404, name = "not-found", title = "Not found", detail = "there is no such route" }
    REQUEST_TOO_LARGE            = { status = 413, name = "too-large", title = "The body is too large", detail = "send less" }
    THROTTLED                    = { status = 429, name = "rate-limited", title = "Too many requests", detail = "wait a second and try again" }
    DEFAULT_5XX                  = { status = null, name = "unavailable", title = "Temporarily unavailable", detail = "try again in a few seconds" }
  }

  rest_api_id   = aws_api_gateway_rest_api.this.id
  response_type = each.key
  status_code   = each.value.status

  response_templates = {
    "application/json" = jsonencode(merge(
      { type = "/problems/${each.value.name}", title = each.value.title, detail = each.value.detail },
      each.value.status == null ? {} : { status = each.value.status },
    ))
  }

  response_parameters = { "gatewayresponse.header.Content-Type" = "'application/problem+json'" }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A change of what is deployed makes a new deployment.
  triggers = {
    routes = sha1(jsonencode([local.routes, var.api.invoke_arn, aws_api_gateway_authorizer.people.id, [for response in values(aws_api_gateway_gateway_response.problem) : response.response_templates]]))
  }

  depends_on = [aws_api_gateway_integration.this]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = local.stage
  xray_tracing_enabled = var.enable_xray_tracing

  access_log_settings {
    destination_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${aws_cloudwatch_log_group.access.name}"

    # Who, what, when, with which outcome. Not the path: links of e-mails carry a token in it. The address is
    # CloudFront's; its log has the viewer's, under the same extended request id.
    format = jsonencode({
      requestId         = "$context.requestId"
      extendedRequestId = "$context.extendedRequestId"
      requestTime       = "$context.requestTimeEpoch"
      sourceIp          = "$context.identity.sourceIp"
      userAgent         = "$context.identity.userAgent"
      domainName        = "$context.domainName"
      httpMethod        = "$context.httpMethod"
      resourcePath      = "$context.resourcePath"
      protocol          = "$context.protocol"
      status            = "$context.status"
      responseLength    = "$context.responseLength"
      responseTime      = "$context.responseLatency"
      sub               = "$context.authorizer.claims.sub"
      client_id         = "$context.authorizer.claims.client_id"
      tenant_id         = "$context.authorizer.claims.tenant_id"
      authorizerError   = "$context.authorizer.error"
      errorMessage      = "$context.error.message"
      errorResponseType = "$context.error.responseType"
      integrationStatus = "$context.integration.status"
      integrationError  = "$context.integration.error"
      integrationTime   = "$context.integration.latency"
      wafStatus         = "$context.waf.status"
      xrayTraceId       = "$context.xrayTraceId"
    })
  }

  tags = merge(local.tags, { Controls = "AU-3 CM-7 IA-2 SC-5" })

  # The gateway would make the group itself, without key and for ever.
  depends_on = [aws_cloudwatch_log_group.execution]

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_api_gateway_method_settings" "this" {
  for_each = {
    "*/*"         = { rate = var.throttle_rate_limit, burst = var.throttle_burst_limit }
    "healthz/GET" = { rate = 5, burst = 5 }
  }

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = each.key

  settings {
    throttling_rate_limit  = each.value.rate
    throttling_burst_limit = each.value.burst
    metrics_enabled        = true
    logging_level          = "ERROR"
    # Bodies and headers hold what people keep secret.
    data_trace_enabled = false
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${local.prefix}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-3 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${local.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}
