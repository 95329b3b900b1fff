output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_arn" {
  description = "ARN of the VPC."
  value       = aws_vpc.this.arn
}

output "vpc_cidr_block" {
  description = "IPv4 range of the VPC."
  value       = var.cidr_block
}

output "ipv6_cidr_block" {
  description = "IPv6 range of the VPC, null without enable_ipv6."
  value       = var.enable_ipv6 ? aws_vpc.this.ipv6_cidr_block : null
}

output "availability_zones" {
  description = "Zones of the subnets, in the order of the lists below."
  value       = var.availability_zones
}

output "public_subnet_ids" {
  description = "Ids of the public subnets."
  value       = local.subnet_ids["public"]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets (with a NAT gateway: the egress tier)."
  value       = local.subnet_ids["private"]
}

output "isolated_subnet_ids" {
  description = "Ids of the isolated subnets."
  value       = local.subnet_ids["isolated"]
}

output "public_route_table_ids" {
  description = "Route tables of the public subnets."
  value       = local.route_table_ids["public"]
}

output "private_route_table_ids" {
  description = "Route tables of the private subnets."
  value       = local.route_table_ids["private"]
}

output "isolated_route_table_ids" {
  description = "Route tables of the isolated subnets."
  value       = local.route_table_ids["isolated"]
}

output "internet_gateway_id" {
  description = "Id of the internet gateway, null without public subnets."
  value       = one(aws_internet_gateway.this[*].id)
}

output "nat_gateway_ids" {
  description = "Ids of the NAT gateways."
  value       = [for zone in local.nat_zones : aws_nat_gateway.this[zone].id]
}

output "nat_public_ips" {
  description = "Public addresses that the egress tier appears as; customers put them on their allow-lists."
  value       = [for zone in local.nat_zones : aws_eip.nat[zone].public_ip]
}

output "flow_log_group_name" {
  description = "Log group of the flow logs, null without them."
  value       = one(aws_cloudwatch_log_group.flow[*].name)
}
