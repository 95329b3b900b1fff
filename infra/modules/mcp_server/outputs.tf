output "mcp_endpoint_url" {
  description = "URL of the MCP endpoint (POST, GET and DELETE /mcp)"
  value       = local.has_custom_domain ? "https://${var.custom_domain_name}/mcp" : "${local.api_endpoint}/mcp"
}

output "api_id" {
  description = "Id of the API"
  value       = local.api_id
}

output "api_endpoint" {
  description = "Base URL of the API's own host name; closed when a custom domain is in use"
  value       = local.api_endpoint
}

output "lambda_function_arn" {
  description = "ARN of the function"
  value       = local.arn.function
}

output "lambda_function_name" {
  description = "Name of the function"
  value       = local.prefix
}

output "lambda_role_arn" {
  description = "ARN of the function's role"
  value       = local.arn.role

  # Built from its name, so that other roles' trust is known in a plan; whoever trusts it still waits for it.
  depends_on = [aws_iam_role.server]
}

output "lambda_role_name" {
  description = "Name of the function's role"
  value       = aws_iam_role.server.name
}

output "cognito_user_pool_id" {
  description = "Id of the user pool made here; null with an existing pool or without authorisation"
  value       = one(aws_cognito_user_pool.this[*].id)
}

output "cognito_user_pool_endpoint" {
  description = "Issuer of accepted tokens, without https://; null without authorisation"
  value       = var.enable_auth ? local.issuer : null
}

output "cognito_client_id" {
  description = "App client made here; null with an existing pool, without authorisation, and with tenants (see tenant_client_ids)"
  value       = try(aws_cognito_user_pool_client.this["default"].id, null)
}

output "tenant_client_ids" {
  description = "App client of each tenant"
  value       = { for tenant in var.tenant_ids : tenant => aws_cognito_user_pool_client.this[tenant].id }
}

output "token_endpoint" {
  description = "URL where clients get tokens, on the user pool's domain; null with an existing pool or without authorisation"
  value       = local.has_own_pool ? "https://${aws_cognito_user_pool_domain.this[0].domain}.${local.partition == "aws-us-gov" ? "auth-fips" : "auth"}.${local.region}.amazoncognito.com/oauth2/token" : null
}

output "ecr_repository_url" {
  description = "URL of the image repository; null without one"
  value       = one(aws_ecr_repository.this[*].repository_url)
}

output "session_table_name" {
  description = "Name of the session table; null without one"
  value       = one(aws_dynamodb_table.sessions[*].name)
}

output "session_table_arn" {
  description = "ARN of the session table; null without one"
  value       = local.has_session_table ? local.arn.table : null
}

output "session_table_replica_regions" {
  description = "Regions that hold a replica of the session table"
  value       = sort(keys(var.replica_regions))
}

output "log_group_name" {
  description = "Log group of the function"
  value       = aws_cloudwatch_log_group.server.name
}

output "api_log_group_name" {
  description = "Log group of the access log"
  value       = aws_cloudwatch_log_group.api.name
}

output "sns_topic_arn" {
  description = "Topic of P1 alarms"
  value       = module.alarms.topic_arns.p1
}

output "alarm_topic_arns" {
  description = "Topics of the alarms by tier (p1, p2, p3)"
  value       = module.alarms.topic_arns
}

output "tenant_isolation_enabled" {
  description = "Whether each tenant's calls run in execution environments of their own"
  value       = var.enable_tenant_isolation
}

output "alias_arn" {
  description = "ARN of the live alias, the only way in for the API"
  value       = local.alias_arn
}

output "lambda_version" {
  description = "Version that the live alias points to"
  value       = var.enable_tenant_isolation ? coalesce(var.live_version, aws_cloudformation_stack.isolated[0].outputs["Version"]) : aws_lambda_alias.live[0].function_version
}

output "dlq_arn" {
  description = "ARN of the queue of events that could not be handled"
  value       = local.arn.queue
}

output "dashboard_name" {
  description = "Name of the dashboard"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "custom_domain_target" {
  description = "Host name that a record of the custom domain points to; null without one"
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].target_domain_name)
}

output "custom_domain_zone_id" {
  description = "Zone id of that host name, for an alias record; null without one"
  value       = one(aws_apigatewayv2_domain_name.this[*].domain_name_configuration[0].hosted_zone_id)
}

output "health_check_id" {
  description = "Health check in Route 53; null without one"
  value       = one(aws_route53_health_check.this[*].id)
}
