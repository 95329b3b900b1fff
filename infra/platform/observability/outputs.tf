output "topic_arns" {
  description = "Topics of alarms by tier."
  value       = module.alarms.topic_arns
}

output "alarm_names" {
  description = "Names of all alarms of this region by key."
  value       = module.alarms.alarm_names
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.platform.dashboard_name
}
