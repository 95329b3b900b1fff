output "mcp_endpoint_url" {
  description = "Where clients find the server"
  value       = module.mcp_server.mcp_endpoint_url
}

output "token_endpoint" {
  description = "Where clients get tokens"
  value       = module.mcp_server.token_endpoint
}

output "tenant_client_ids" {
  description = "App client of each tenant"
  value       = module.mcp_server.tenant_client_ids
}

output "tenant_role_arns" {
  description = "Role of each tenant"
  value       = module.tenants.tenant_role_arns
}

output "usage_table_name" {
  description = "Table of what tenants used"
  value       = module.metering.usage_table_name
}
