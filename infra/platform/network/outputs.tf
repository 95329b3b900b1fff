output "network" {
  description = "The VPC as platform/compute and platform/cache need it."
  value = {
    vpc_id                   = module.vpc.vpc_id
    cidr_block               = var.cidr_block
    public_subnet_ids        = module.vpc.public_subnet_ids
    private_subnet_ids       = module.vpc.private_subnet_ids
    isolated_subnet_ids      = module.vpc.isolated_subnet_ids
    service_security_group   = aws_security_group.this["service"].id
    egress_security_group    = aws_security_group.this["egress"].id
    redis_security_group     = aws_security_group.this["redis"].id
    balancer_security_group  = aws_security_group.this["balancer"].id
    websocket_security_group = aws_security_group.this["websocket"].id
  }
}
