mock_provider "aws" {}

variables {
  environment        = "prod"
  kms_key_arn        = "arn:aws:kms:us-east-1:111122223333:key/secrets"
  logs_kms_key_arn   = "arn:aws:kms:us-east-1:111122223333:key/logs"
  subnet_ids         = ["subnet-1", "subnet-2"]
  security_group_ids = ["sg-redis"]
  node_type          = "cache.t4g.small"
  node_count         = 2
}

run "a_node_may_fail_in_prod" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 2 && aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "Prod needs two nodes in two zones that take over from each other."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.engine_version == "7.1" && aws_elasticache_replication_group.this.node_type == "cache.t4g.small" && output.redis.member_ids == ["mcp-audit-prod-001", "mcp-audit-prod-002"]
    error_message = "Redis must be 7.1 on two t4g.small."
  }
}

run "r51_redis_is_encrypted_at_rest_and_on_the_way" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.at_rest_encryption_enabled == "true" && aws_elasticache_replication_group.this.kms_key_id == var.kms_key_arn && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
    error_message = "Redis must be encrypted with our key and refuse connections without TLS."
  }

  assert {
    condition     = aws_secretsmanager_secret.redis_url.kms_key_id == var.kms_key_arn && alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.logs_kms_key_arn && group.retention_in_days == 90])
    error_message = "The secret and the logs must be encrypted with our keys, and logs be kept 90 days."
  }
}

run "the_default_user_cannot_sign_in" {
  command = plan

  assert {
    condition     = startswith(aws_elasticache_user.default.access_string, "off ") && aws_elasticache_user.services.authentication_mode[0].type == "password" && strcontains(aws_elasticache_user.services.access_string, "-@dangerous")
    error_message = "Only the user of the services may sign in, with a password and without dangerous commands."
  }
}

run "x10_the_password_can_be_rotated_every_90_days" {
  command = plan

  variables {
    secret_rotation_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:rotate"
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.redis_url[0].rotation_rules[0].automatically_after_days == 90
    error_message = "The password must be rotated every 90 days."
  }
}

run "one_node_is_enough_in_dev" {
  command = plan

  variables {
    environment = "dev"
    node_type   = "cache.t4g.micro"
    node_count  = 1
    subnet_ids  = ["subnet-1"]
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.automatic_failover_enabled && !aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "One node has nobody to take over from it."
  }
}

run "r60_one_node_is_too_few_in_prod" {
  command = plan

  variables {
    node_count = 1
  }

  expect_failures = [var.node_count]
}

run "r60_two_nodes_need_two_subnets" {
  command = plan

  variables {
    subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.subnet_ids]
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name                         = "MCP"
    tags                         = { Environment = "dev" }
    kms_key_arn                  = "secrets"
    logs_kms_key_arn             = "logs"
    log_retention_days           = 8
    security_group_ids           = []
    node_type                    = "t4g.small"
    snapshot_retention_days      = 99
    secret_rotation_function_arn = "rotate"
  }

  expect_failures = [
    var.name, var.tags, var.kms_key_arn, var.logs_kms_key_arn, var.log_retention_days, var.security_group_ids, var.node_type,
    var.snapshot_retention_days, var.secret_rotation_function_arn,
  ]
}

run "r60_the_environment_is_one_of_three" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}
