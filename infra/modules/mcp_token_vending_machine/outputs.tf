output "sts_policy_name" {
  description = "Policy of the function's role that lets it assume tenant roles"
  value       = aws_iam_role_policy.sts.name
}

output "permission_boundary_arn" {
  description = "ARN of the boundary that every tenant role carries"
  value       = local.boundary_arn
}

output "permission_boundary_name" {
  description = "Name of the boundary"
  value       = aws_iam_policy.boundary.name
}

output "template_role_arn" {
  description = "ARN of the template role; null without one"
  value       = try(aws_iam_role.tenant["template"].arn, null)
}

output "template_role_name" {
  description = "Name of the template role; null without one"
  value       = try(aws_iam_role.tenant["template"].name, null)
}

output "tenant_role_arns" {
  description = "ARN of each tenant's role"
  value       = { for tenant in keys(var.tenants) : tenant => aws_iam_role.tenant[tenant].arn }
}
