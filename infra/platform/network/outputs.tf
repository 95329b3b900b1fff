output "network" {
  description = "The VPC as platform/compute and platform/cache need it."
  value = {
    vpc_id                   = module.vpc.vpc_id
    private_subnet_ids       = module.vpc.private_subnet_ids
    isolated_subnet_ids      = module.vpc.isolated_subnet_ids
    worker_security_group    = module.security_groups.egress_worker_sg_id
    balancer_security_group  = module.security_groups.web_sg_id
    websocket_security_group = module.security_groups.app_sg_id
    redis_security_group     = module.security_groups.redis_sg_id
  }
}

output "nat_public_ips" {
  description = "Addresses that targets and GitHub see us come from."
  value       = module.vpc.nat_public_ips
}
