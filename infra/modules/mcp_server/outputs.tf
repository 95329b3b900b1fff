output "mcp_endpoint_url" {
  description = "URL of the MCP endpoint (POST, GET and DELETE /mcp)"
  value       = null
}

output "api_id" {
  description = "Id of the API"
  value       = null
}

output "api_endpoint" {
  description = "Base URL of the API's own host name; closed when a custom domain is in use"
  value       = null
}

output "lambda_function_arn" {
  description = "ARN of the function"
  value       = null
}

output "lambda_function_name" {
  description = "Name of the function"
  value       = null
}

output "lambda_role_arn" {
  description = "ARN of the function's role"
  value       = null
}

output "lambda_role_name" {
  description = "Name of the function's role"
  value       = null
}

output "cognito_user_pool_id" {
  description = "Id of the user pool made here; null with an existing pool or without authorisation"
  value       = null
}

output "cognito_user_pool_endpoint" {
  description = "Issuer of accepted tokens, without https://; null without authorisation"
  value       = null
}

output "cognito_client_id" {
  description = "App client made here; null with an existing pool, without authorisation, and with tenants (see tenant_client_ids)"
  value       = null
}

output "tenant_client_ids" {
  description = "App client of each tenant"
  value       = null
}

output "token_endpoint" {
  description = "URL where clients get tokens, on the user pool's domain; null with an existing pool or without authorisation"
  value       = null
}

output "ecr_repository_url" {
  description = "URL of the image repository; null without one"
  value       = null
}

output "session_table_name" {
  description = "Name of the session table; null without one"
  value       = null
}

output "session_table_arn" {
  description = "ARN of the session table; null without one"
  value       = null
}

output "session_table_replica_regions" {
  description = "Regions that hold a replica of the session table"
  value       = null
}

output "log_group_name" {
  description = "Log group of the function"
  value       = null
}

output "api_log_group_name" {
  description = "Log group of the access log"
  value       = null
}

output "sns_topic_arn" {
  description = "Topic of P1 alarms"
  value       = null
}

output "alarm_topic_arns" {
  description = "Topics of the alarms by tier (p1, p2, p3)"
  value       = null
}

output "tenant_isolation_enabled" {
  description = "Whether each tenant's calls run in execution environments of their own"
  value       = null
}

output "alias_arn" {
  description = "ARN of the live alias, the only way in for the API"
  value       = null
}

output "lambda_version" {
  description = "Version that the live alias points to"
  value       = null
}

output "dlq_arn" {
  description = "ARN of the queue of events that could not be handled"
  value       = null
}

output "dashboard_name" {
  description = "Name of the dashboard"
  value       = null
}

output "custom_domain_target" {
  description = "Host name that a record of the custom domain points to; null without one"
  value       = null
}

output "custom_domain_zone_id" {
  description = "Zone id of that host name, for an alias record; null without one"
  value       = null
}

output "health_check_id" {
  description = "Health check in Route 53; null without one"
  value       = null
}
