output "usage_table_name" {
  description = "Name of the usage table"
  value       = null
}

output "usage_table_arn" {
  description = "ARN of the usage table"
  value       = null
}

output "metric_namespace" {
  description = "Namespace of the metrics"
  value       = null
}

output "sns_topic_arn" {
  description = "Topic of the alarms"
  value       = null
}

output "request_count_metric_filter_name" {
  description = "Metric filter that counts requests; null without a log group"
  value       = null
}

output "error_count_metric_filter_name" {
  description = "Metric filter that counts errors; null without a log group"
  value       = null
}

output "contributor_rule_arns" {
  description = "ARN of each Contributor Insights rule"
  value       = null
}
