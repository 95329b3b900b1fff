output "api_gateway_log_role_arn" {
  description = "Role with which API Gateway writes its logs."
  value       = aws_iam_role.api_gateway.arn
}

output "ci_role_arn" {
  description = "Role that CI assumes, null without ci."
  value       = one(values(aws_iam_role.ci)[*].arn)
}

output "ci_provider_arn" {
  description = "OpenID Connect provider of CI, null without ci."
  value       = one(values(aws_iam_openid_connect_provider.ci)[*].arn)
}

output "ecr_replication_regions" {
  description = "Regions that receive copies of images."
  value       = var.ecr_replication_regions
}
