output "usage_table_name" {
  description = "Name of the usage table"
  value       = aws_dynamodb_table.usage.name
}

output "usage_table_arn" {
  description = "ARN of the usage table"
  value       = local.table_arn
}

output "metric_namespace" {
  description = "Namespace of the metrics"
  value       = var.metric_namespace
}

output "sns_topic_arn" {
  description = "Topic of the alarms"
  value       = module.alarms.topic_arns.p1
}

output "request_count_metric_filter_name" {
  description = "Metric filter that counts requests; null without a log group"
  value       = try(aws_cloudwatch_log_metric_filter.all["requests"].name, null)
}

output "error_count_metric_filter_name" {
  description = "Metric filter that counts errors; null without a log group"
  value       = try(aws_cloudwatch_log_metric_filter.all["errors"].name, null)
}

output "contributor_rule_arns" {
  description = "ARN of each Contributor Insights rule"
  value       = { for key, rule in aws_cloudwatch_contributor_insight_rule.by_tenant : key => rule.resource_arn }
}
