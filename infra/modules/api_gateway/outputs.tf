output "api_id" {
  description = "ID of the API."
  value       = aws_apigatewayv2_api.this.id
}

output "api_endpoint" {
  description = "Default endpoint; closed where disable_execute_api_endpoint is on."
  value       = aws_apigatewayv2_api.this.api_endpoint
}

output "execution_arn" {
  description = "ARN that permissions to invoke functions begin with."
  value       = aws_apigatewayv2_api.this.execution_arn
}

# From the variable: routes need the name before the stage, which waits for the deployment of the routes.
output "stage_name" {
  description = "Name of the stage."
  value       = var.stage_name
}

output "stage_arn" {
  description = "ARN of the stage."
  value       = aws_apigatewayv2_stage.this.arn
}

output "authorizer_ids" {
  description = "IDs of the authorizers by name."
  value       = { for name, authorizer in aws_apigatewayv2_authorizer.jwt : name => authorizer.id }
}

output "log_group_name" {
  description = "Log group of the access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "vpc_link_id" {
  description = "ID of the VPC link; null without vpc_link."
  value       = one(aws_apigatewayv2_vpc_link.this[*].id)
}

output "custom_domain_target" {
  description = "Name that records of custom_domain_name point at; null without it."
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].target_domain_name)
}

output "custom_domain_zone_id" {
  description = "Zone of that target, for alias records; null without custom_domain_name."
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].hosted_zone_id)
}
