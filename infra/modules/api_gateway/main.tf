data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  prefix    = "${var.name}-${var.environment}"
  auto      = coalesce(var.auto_deploy, var.environment == "dev")
  log_group = "/aws/apigateway/${local.prefix}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "api"
  })

  # Who, what, when, from where, with which outcome. Joins the log of CloudFront by extendedRequestId.
  common_log_fields = {
    requestId         = "$context.requestId"
    extendedRequestId = "$context.extendedRequestId"
    requestTime       = "$context.requestTimeEpoch"
    sourceIp          = "$context.identity.sourceIp"
    userAgent         = "$context.identity.userAgent"
    domainName        = "$context.domainName"
    routeKey          = "$context.routeKey"
    status            = "$context.status"
    authorizerError   = "$context.authorizer.error"
    errorMessage      = "$context.error.message"
    errorResponseType = "$context.error.responseType"
    integrationStatus = "$context.integration.status"
    integrationError  = "$context.integration.error"
    integrationTime   = "$context.integration.latency"
  }

  http_log_fields = {
    httpMethod     = "$context.httpMethod"
    path           = "$context.path"
    protocol       = "$context.protocol"
    responseLength = "$context.responseLength"
    responseTime   = "$context.responseLatency"
    sub            = "$context.authorizer.claims.sub"
    client_id      = "$context.authorizer.claims.client_id"
    tenant_id      = "$context.authorizer.claims.tenant_id"
  }

  # Lambda authorizers of WebSockets hand these three over as their context.
  websocket_log_fields = {
    connectionId = "$context.connectionId"
    eventType    = "$context.eventType"
    sub          = "$context.authorizer.principalId"
    client_id    = "$context.authorizer.client_id"
    tenant_id    = "$context.authorizer.tenant_id"
  }
}

resource "aws_apigatewayv2_api" "this" {
  name                         = local.prefix
  protocol_type                = var.protocol
  route_selection_expression   = var.protocol == "WEBSOCKET" ? "$request.body.action" : null
  disable_execute_api_endpoint = coalesce(var.disable_execute_api_endpoint, var.custom_domain_name != null)
  ip_address_type              = var.ip_address_type

  dynamic "cors_configuration" {
    for_each = length(var.cors_allowed_origins) > 0 ? [var.cors_allowed_origins] : []

    content {
      allow_origins     = cors_configuration.value
      allow_methods     = ["GET", "POST", "PUT", "PATCH", "DELETE"]
      allow_headers     = var.cors_allowed_headers
      allow_credentials = var.cors_allow_credentials
      max_age           = 600
    }
  }

  tags = merge(local.tags, { Controls = "CM-7 SC-7 SC-8" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  for_each = var.jwt_authorizers

  api_id           = aws_apigatewayv2_api.this.id
  name             = each.key
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = each.value.issuer
    audience = each.value.audience
  }
}

resource "aws_apigatewayv2_vpc_link" "this" {
  count = var.vpc_link == null ? 0 : 1

  name               = local.prefix
  subnet_ids         = var.vpc_link.subnet_ids
  security_group_ids = var.vpc_link.security_group_ids

  tags = local.tags
}

resource "aws_cloudwatch_log_group" "access" {
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-3 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}

# A snapshot of the routes, which goes live with the stage that names it.
resource "aws_apigatewayv2_deployment" "this" {
  count = local.auto ? 0 : 1

  api_id      = aws_apigatewayv2_api.this.id
  description = "Routes ${var.deployment_trigger}"
  triggers    = { routes = var.deployment_trigger }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.deployment_trigger != ""
      error_message = "Set deployment_trigger to config_hash of the routes: without auto_deploy a deployment of no routes would go live."
    }
  }
}

resource "aws_apigatewayv2_stage" "this" {
  api_id        = aws_apigatewayv2_api.this.id
  name          = var.stage_name
  auto_deploy   = local.auto
  deployment_id = one(aws_apigatewayv2_deployment.this[*].id)

  # Names the routes, so that limits of a route are set after there is that route.
  description = "Routes ${var.deployment_trigger}"

  default_route_settings {
    throttling_rate_limit    = var.throttle_rate_limit
    throttling_burst_limit   = var.throttle_burst_limit
    detailed_metrics_enabled = true
  }

  dynamic "route_settings" {
    for_each = var.route_throttle_overrides

    content {
      route_key                = route_settings.key
      throttling_rate_limit    = route_settings.value.throttling_rate_limit
      throttling_burst_limit   = route_settings.value.throttling_burst_limit
      detailed_metrics_enabled = true
    }
  }

  access_log_settings {
    destination_arn = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:log-group:${aws_cloudwatch_log_group.access.name}"
    format          = jsonencode(merge(local.common_log_fields, var.protocol == "HTTP" ? local.http_log_fields : local.websocket_log_fields))
  }

  tags = merge(local.tags, { Controls = "AU-3 CM-7 SC-5" })

  lifecycle {
    prevent_destroy = true
  }
}
