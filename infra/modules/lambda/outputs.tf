# Names and ARNs are composed rather than read back, so that policies which
# mention them are known in a plan; depends_on keeps the order.

output "function_name" {
  description = "Name of the function."
  value       = local.function_name
  depends_on  = [aws_lambda_function.this]
}

output "function_arn" {
  description = "ARN of the function, without a version."
  value       = local.function_arn
  depends_on  = [aws_lambda_function.this]
}

output "version" {
  description = "Version that this apply published."
  value       = aws_lambda_function.this.version
}

output "alias_name" {
  description = "Alias that callers invoke; the qualifier of permissions."
  value       = var.alias_name
  depends_on  = [aws_lambda_alias.live]
}

output "alias_arn" {
  description = "ARN of the alias: what permissions, integrations and event sources name."
  value       = local.alias_arn
  depends_on  = [aws_lambda_alias.live]
}

output "alias_invoke_arn" {
  description = "Address of the alias for an API Gateway integration."
  value       = local.alias_invoke_arn
  depends_on  = [aws_lambda_alias.live]
}

output "role_name" {
  description = "Name of the function's role."
  value       = local.function_name
  depends_on  = [aws_iam_role.this]
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = local.role_arn
  depends_on  = [aws_iam_role.this]
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = local.log_group_name
  depends_on  = [aws_cloudwatch_log_group.this]
}

output "log_group_arn" {
  description = "ARN of the function's log group."
  value       = local.log_group_arn
  depends_on  = [aws_cloudwatch_log_group.this]
}

output "function_url" {
  description = "HTTPS address of the alias, null without enable_function_url."
  value       = one(aws_lambda_function_url.this[*].function_url)
}

output "event_source_mapping_id" {
  description = "Id of the event source mapping, null without event_source."
  value       = one(aws_lambda_event_source_mapping.this[*].uuid)
}

output "timeout" {
  description = "Timeout in seconds, for alarms on the duration."
  value       = var.timeout
}

output "memory_size" {
  description = "Memory in MB."
  value       = var.memory_size
}

output "reserved_concurrent_executions" {
  description = "Most instances at a time, for alarms on the concurrency; -1 without a limit."
  value       = var.reserved_concurrent_executions
}

output "insights" {
  description = "Whether Lambda Insights publishes the used memory."
  value       = var.enable_insights
}
