locals {
  prefix     = "${var.name}-${var.environment}"
  port       = 6379
  user       = "services"
  member_ids = [for number in range(var.node_count) : format("%s-%03d", local.prefix, number + 1)]

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "cache"
  })
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = local.prefix
  description                = "Progress, tickets and limits of ${local.prefix}"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = var.node_type
  port                       = local.port
  num_cache_clusters         = var.node_count
  automatic_failover_enabled = var.node_count > 1
  multi_az_enabled           = var.node_count > 1
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = var.security_group_ids
  user_group_ids             = [aws_elasticache_user_group.this.user_group_id]
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auto_minor_version_upgrade = true
  apply_immediately          = var.environment == "dev"
  snapshot_retention_limit   = var.snapshot_retention_days
  tags                       = merge(local.tags, { Controls = "CP-7 IA-5 SC-28 SC-8" })

  dynamic "log_delivery_configuration" {
    for_each = aws_cloudwatch_log_group.this
    iterator = log
    content {
      destination      = log.value.name
      destination_type = "cloudwatch-logs"
      log_format       = "json"
      log_type         = log.key
    }
  }
}

resource "aws_elasticache_subnet_group" "this" {
  name       = local.prefix
  subnet_ids = var.subnet_ids
  tags       = local.tags
}

# When memory runs out, what expires soonest goes first. Redis is never the truth, so nothing is lost.
resource "aws_elasticache_parameter_group" "this" {
  name   = local.prefix
  family = "redis7"
  tags   = local.tags

  parameter {
    name  = "maxmemory-policy"
    value = "volatile-ttl"
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["engine-log", "slow-log"])

  name              = "/aws/elasticache/${local.prefix}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
  tags              = merge(local.tags, { Controls = "AU-11 AU-9 SC-28" })

  lifecycle {
    prevent_destroy = true
  }
}
