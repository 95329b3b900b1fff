output "sts_policy_name" {
  description = "Policy of the function's role that lets it assume tenant roles"
  value       = null
}

output "permission_boundary_arn" {
  description = "ARN of the boundary that every tenant role carries"
  value       = null
}

output "permission_boundary_name" {
  description = "Name of the boundary"
  value       = null
}

output "template_role_arn" {
  description = "ARN of the template role; null without one"
  value       = null
}

output "template_role_name" {
  description = "Name of the template role; null without one"
  value       = null
}

output "tenant_role_arns" {
  description = "ARN of each tenant's role"
  value       = null
}
