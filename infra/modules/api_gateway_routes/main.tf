locals {
  # A path's parameters become `*`: the permission is for this route, whatever the parameters are.
  source_paths = {
    for key in keys(var.routes) :
    key => var.protocol == "HTTP" ? replace(replace(key, " ", ""), "/\\{[^}]+\\}/", "*") : key
  }

  config_hash = sha1(jsonencode([
    aws_apigatewayv2_integration.this.id,
    { for key, route in aws_apigatewayv2_route.this : key => [route.id, route.authorization_type, route.authorizer_id, route.authorization_scopes, route.target] },
  ]))
}

resource "aws_apigatewayv2_integration" "this" {
  api_id                 = var.api_id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = var.lambda_invoke_arn
  payload_format_version = var.payload_format_version

  # HTTP APIs end at 30 s, WebSocket APIs at 29 s.
  timeout_milliseconds = var.protocol == "HTTP" ? 30000 : 29000
}

resource "aws_apigatewayv2_route" "this" {
  for_each = var.routes

  api_id               = var.api_id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.this.id}"
  authorization_type   = each.value.authorization_type
  authorizer_id        = each.value.authorizer_id
  authorization_scopes = each.value.authorization_scopes
}

resource "aws_lambda_permission" "this" {
  for_each = var.routes

  # Keys that differ in signs only must not meet in one id.
  statement_id  = "${var.service_name}-${substr(sha1(each.key), 0, 12)}"
  action        = "lambda:InvokeFunction"
  function_name = var.lambda_function_name
  qualifier     = var.lambda_qualifier
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.api_execution_arn}/${var.stage_name}/${local.source_paths[each.key]}"
}
