output "mcp_endpoint_url" {
  description = "Where clients find the server"
  value       = module.mcp_server.mcp_endpoint_url
}

output "token_endpoint" {
  description = "Where clients get tokens"
  value       = module.mcp_server.token_endpoint
}

output "cognito_client_id" {
  description = "App client of the server's user pool"
  value       = module.mcp_server.cognito_client_id
}
