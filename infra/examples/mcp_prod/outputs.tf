output "mcp_endpoint_url" {
  description = "Where clients find the server"
  value       = "https://${var.domain_name}/mcp"
}

output "token_endpoint" {
  description = "Where clients get tokens"
  value       = module.mcp_server.token_endpoint
}

output "cognito_client_id" {
  description = "App client of the server's user pool"
  value       = module.mcp_server.cognito_client_id
}

output "ecr_repository_url" {
  description = "Where images of the server are pushed"
  value       = module.mcp_server.ecr_repository_url
}

output "alarm_topic_arns" {
  description = "Topics of the alarms by tier"
  value       = module.mcp_server.alarm_topic_arns
}
