resource "aws_apigatewayv2_api" "this" {
  count = local.is_http ? 1 : 0

  name                         = local.prefix
  description                  = "MCP server ${var.name}"
  protocol_type                = "HTTP"
  ip_address_type              = var.ip_address_type
  disable_execute_api_endpoint = local.disable_execute_api_endpoint

  dynamic "cors_configuration" {
    for_each = length(var.cors_allowed_origins) > 0 ? [var.cors_allowed_origins] : []

    content {
      allow_origins     = cors_configuration.value
      allow_methods     = ["DELETE", "GET", "POST"]
      allow_headers     = ["authorization", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id", "traceparent", "tracestate"]
      expose_headers    = ["mcp-session-id", "www-authenticate"]
      allow_credentials = var.enable_auth
      max_age           = 600
    }
  }

  tags = merge(local.tags, { Controls = "SC-7 SC-8" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = local.is_http && var.enable_auth ? 1 : 0

  api_id           = local.api_id
  name             = "user-pool"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    audience = local.audience
    issuer   = "https://${local.issuer}"
  }
}

# Headers reach the function as they came, so a traceparent of the caller goes on in its traces.
resource "aws_apigatewayv2_integration" "live" {
  count = local.is_http ? 1 : 0

  api_id                 = local.api_id
  integration_type       = "AWS_PROXY"
  integration_uri        = local.alias_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000

  depends_on = [aws_lambda_alias.live]
}

resource "aws_apigatewayv2_route" "mcp" {
  for_each = local.is_http ? local.mcp_routes : []

  api_id               = local.api_id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.live[0].id}"
  authorization_type   = var.enable_auth ? "JWT" : "NONE"
  authorizer_id        = one(aws_apigatewayv2_authorizer.jwt[*].id)
  authorization_scopes = var.enable_auth ? ["mcp/invoke"] : null
}

# Health checkers have no token. The route tells that the server is up and nothing else.
resource "aws_apigatewayv2_route" "health" {
  count = local.is_http && var.enable_health_check ? 1 : 0

  api_id             = local.api_id
  route_key          = local.health_route
  target             = "integrations/${aws_apigatewayv2_integration.live[0].id}"
  authorization_type = "NONE"
}

locals {
  auto_deploy = coalesce(var.auto_deploy, var.environment == "dev")
}

resource "aws_apigatewayv2_deployment" "this" {
  count = local.is_http && !local.auto_deploy ? 1 : 0

  api_id      = local.api_id
  description = "Made when routes, integration or authoriser change"

  triggers = {
    configuration = sha256(jsonencode([
      sort(local.route_keys), var.enable_auth, local.issuer, local.audience, local.alias_arn, var.cors_allowed_origins,
    ]))
  }

  depends_on = [aws_apigatewayv2_route.mcp, aws_apigatewayv2_route.health]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_apigatewayv2_stage" "this" {
  count = local.is_http ? 1 : 0

  api_id        = local.api_id
  name          = local.stage_name
  auto_deploy   = local.auto_deploy
  deployment_id = one(aws_apigatewayv2_deployment.this[*].id)

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format          = jsonencode(local.access_log_fields)
  }

  default_route_settings {
    throttling_rate_limit  = var.throttle_rate_limit
    throttling_burst_limit = var.throttle_burst_limit
  }

  dynamic "route_settings" {
    for_each = local.route_throttles

    content {
      route_key              = route_settings.key
      throttling_rate_limit  = route_settings.value.throttling_rate_limit
      throttling_burst_limit = route_settings.value.throttling_burst_limit
    }
  }

  tags = merge(local.tags, { Controls = "AU-2 AU-3 CM-7 SC-5" })

  # Settings of a route are refused before the route exists.
  depends_on = [aws_apigatewayv2_route.mcp, aws_apigatewayv2_route.health]

  lifecycle {
    prevent_destroy = true
  }
}
