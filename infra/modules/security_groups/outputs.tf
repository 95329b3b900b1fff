output "security_group_ids" {
  description = "Id of each group by its name in `groups`."
  value       = { for group, resource in aws_security_group.this : group => resource.id }
}

output "lambda_sg_id" {
  description = "Group of functions, null when not created."
  value       = try(aws_security_group.this["lambda"].id, null)
}

output "egress_worker_sg_id" {
  description = "Group of workers that call the internet, null when not created."
  value       = try(aws_security_group.this["egress_worker"].id, null)
}

output "redis_sg_id" {
  description = "Group of Redis, null when not created."
  value       = try(aws_security_group.this["redis"].id, null)
}

output "endpoint_sg_id" {
  description = "Group of interface endpoints, null when not created."
  value       = try(aws_security_group.this["endpoint"].id, null)
}

output "web_sg_id" {
  description = "Group of load balancers, null when not created."
  value       = try(aws_security_group.this["web"].id, null)
}

output "app_sg_id" {
  description = "Group of services behind the load balancer, null when not created."
  value       = try(aws_security_group.this["app"].id, null)
}

output "db_sg_id" {
  description = "Group of databases, null when not created."
  value       = try(aws_security_group.this["db"].id, null)
}

output "bastion_sg_id" {
  description = "Group of the bastion, null when not created."
  value       = try(aws_security_group.this["bastion"].id, null)
}
