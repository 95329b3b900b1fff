output "topic_arns" {
  description = "Topics of the three tiers, for further calls of this module."
  value       = local.topic_arns

  depends_on = [aws_sns_topic.tier]
}

output "alarm_names" {
  description = "Names of the alarms by key."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.alarm_name }
}

output "alarm_arns" {
  description = "ARNs of the alarms by key."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn }
}

output "service_down_alarm_arn" {
  description = "ARN of the composite alarm service-down; null without service_down_when."
  value       = one(aws_cloudwatch_composite_alarm.service_down[*].arn)
}
