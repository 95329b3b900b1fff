output "endpoint_ids" {
  description = "Id of each endpoint by service, e.g. `s3` or `ecr.api`."
  value = merge(
    { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.id },
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
  )
}

output "prefix_list_ids" {
  description = "Prefix list of each gateway endpoint, for the egress rules of security groups."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.prefix_list_id }
}

output "security_group_ids" {
  description = "Security groups of the interface endpoints, whoever made them."
  value       = concat(var.security_group_ids, aws_security_group.this[*].id)
}
