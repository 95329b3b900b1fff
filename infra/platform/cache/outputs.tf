output "redis" {
  description = "The replication group: its id and the ids of its nodes, for alarms."
  value = {
    replication_group_id = aws_elasticache_replication_group.this.id
    member_ids           = local.member_ids
    endpoint             = aws_elasticache_replication_group.this.primary_endpoint_address
  }
}

output "redis_secret" {
  description = "Secret with the address of Redis, user and password included, as services read it."
  value       = { arn = aws_secretsmanager_secret.redis_url.arn, name = aws_secretsmanager_secret.redis_url.name }
}
