# One user for services, without the commands that change or read the server. ElastiCache asks for a user `default` in each
# group; ours cannot sign in.
resource "aws_elasticache_user" "services" {
  user_id       = "${local.prefix}-${local.user}"
  user_name     = local.user
  engine        = "redis"
  access_string = "on ~* &* +@all -@admin -@dangerous"
  tags          = merge(local.tags, { Controls = "AC-6 IA-5" })

  authentication_mode {
    type      = "password"
    passwords = [data.aws_secretsmanager_random_password.redis.random_password]
  }

  # Every read draws another password; only the first is kept.
  lifecycle {
    ignore_changes = [authentication_mode]
  }
}

resource "aws_elasticache_user" "default" {
  user_id       = "${local.prefix}-default"
  user_name     = "default"
  engine        = "redis"
  access_string = "off -@all"
  tags          = local.tags

  authentication_mode {
    type = "no-password-required"
  }
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = local.prefix
  engine        = "redis"
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.services.user_id]
  tags          = merge(local.tags, { Controls = "AC-6" })
}

# AWS draws the password when the secret is made, so it is in no plan; it is in the state, which is encrypted and read by the
# deploying role only. Services need a whole address, so that is what the secret holds.
resource "aws_secretsmanager_secret" "redis_url" {
  name                    = "${local.prefix}/redis-url"
  description             = "REDIS_URL of the services: address, user and password"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.environment == "dev" ? 0 : 30
  tags                    = merge(local.tags, { Controls = "IA-5 SC-12 SC-28" })
}

data "aws_secretsmanager_random_password" "redis" {
  password_length     = 64
  exclude_punctuation = true

  depends_on = [aws_secretsmanager_secret.redis_url]
}

resource "aws_secretsmanager_secret_version" "redis_url" {
  secret_id     = aws_secretsmanager_secret.redis_url.id
  secret_string = "rediss://${local.user}:${data.aws_secretsmanager_random_password.redis.random_password}@${aws_elasticache_replication_group.this.primary_endpoint_address}:${local.port}"

  lifecycle {
    ignore_changes = [secret_string]
  }
}

resource "aws_secretsmanager_secret_rotation" "redis_url" {
  count = var.secret_rotation_function_arn == null ? 0 : 1

  secret_id           = aws_secretsmanager_secret.redis_url.id
  rotation_lambda_arn = var.secret_rotation_function_arn

  rotation_rules {
    automatically_after_days = 90
  }
}
