output "route_ids" {
  description = "IDs of the routes by key."
  value       = { for key, route in aws_apigatewayv2_route.this : key => route.id }
}

output "integration_id" {
  description = "ID of the integration that all routes share."
  value       = aws_apigatewayv2_integration.this.id
}

output "config_hash" {
  description = "Changes with routes and integration: `deployment_trigger` of the API."
  value       = local.config_hash
}
