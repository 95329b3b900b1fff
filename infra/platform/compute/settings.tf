# What services are told: the names are those of crates/runtime, crates/store and services/*/src/settings.rs.
locals {
  settings_of_all = {
    MCP_AUDIT_ENV              = var.environment
    MCP_AUDIT_TABLE            = var.table.name
    MCP_AUDIT_REPORTS_BUCKET   = var.buckets["reports"].name
    MCP_AUDIT_MANIFESTS_BUCKET = var.buckets["manifests"].name
    MCP_AUDIT_EXPORTS_BUCKET   = var.buckets["exports"].name
  }

  settings_of_messaging = {
    for service, facts in local.services : service => merge(
      { for queue in facts.sends_to : "MCP_AUDIT_${upper(queue)}_QUEUE_URL" => var.queues[queue].url },
      { for topic in [var.topic_arn] : "MCP_AUDIT_TOPIC_ARN" => topic if facts.publishes },
      # Lambda takes messages itself and names their queue in each event.
      { for queue in compact([facts.consumes]) : "QUEUE_URL" => var.queues[queue].url if facts.compute == "fargate" },
    )
  }

  settings_of_one = {
    api = {
      COGNITO_POOL_ID           = var.identity.user_pool_id
      COGNITO_CLIENT_ID         = var.identity.app_client_id
      COGNITO_ISSUER            = var.identity.issuer
      COGNITO_JWKS_URL          = var.identity.jwks_url
      MCP_AUDIT_CONFIRM_BY_MAIL = "true"
      MCP_AUDIT_PUBLIC_URL      = var.public_url
      MCP_AUDIT_ALLOWED_ORIGINS = join(",", var.allowed_origins)
      MCP_AUDIT_TRUSTED_PROXIES = tostring(var.trusted_proxies)
      PROGRESS_PUBLIC_URL       = var.progress_url
    }
    alert-sender = {
      MCP_AUDIT_MAIL_SENDER = var.mail.sender
      MCP_AUDIT_PUBLIC_URL  = var.public_url
    }
    test-orchestrator = {
      MCP_AUDIT_LISTEN                = "0.0.0.0:${local.ports["test-orchestrator"]}"
      MCP_AUDIT_CONCURRENCY           = tostring(local.tests_per_task)
      MCP_AUDIT_DRAIN_TIMEOUT_SECONDS = tostring(local.stop_seconds - 10)
    }
    progress-fanout = {
      MCP_AUDIT_LISTEN                = "0.0.0.0:${local.ports["progress-fanout"]}"
      MCP_AUDIT_ALLOWED_ORIGINS       = join(",", var.allowed_origins)
      MCP_AUDIT_MAX_CONNECTIONS       = tostring(local.connections_per_task)
      MCP_AUDIT_DRAIN_TIMEOUT_SECONDS = tostring(local.stop_seconds - 10)
    }
  }

  # An empty list of origins is said by leaving the setting out.
  settings = {
    for service in keys(local.services) : service => {
      for name, value in merge(local.settings_of_all, local.settings_of_messaging[service], lookup(local.settings_of_one, service, {}), var.extra_environment) :
      name => value if value != ""
    }
  }

  # Settings whose values are in Secrets Manager: by what they are asked for, and by what rights name. AWS ends the ARN of a
  # secret with six characters of its choice, so rights that a plan shows end with six of any.
  redis_services    = ["api", "progress-fanout", "scan-worker", "test-orchestrator"]
  secret_arn_prefix = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:"
  secrets = {
    for service in keys(local.services) : service => merge(
      { for redis in [var.redis_secret] : "REDIS_URL" => { id = redis.arn, name = redis.name, pattern = "${local.secret_arn_prefix}${redis.name}-??????" } if redis != null && contains(local.redis_services, service) },
      { for setting, secret in aws_secretsmanager_secret.generated : setting => { id = secret.arn, name = secret.name, pattern = "${local.secret_arn_prefix}${secret.name}-??????" } if contains(local.users_of_generated[setting], service) },
      { for setting, arn in var.github_secret_arns : setting => { id = arn, name = arn, pattern = arn } if service == "scan-worker" },
    )
  }
  may_read_secrets = {
    for service, secrets in local.secrets : service => [
      for patterns in [values(secrets)[*].pattern] : { sid = "Secrets", actions = ["secretsmanager:GetSecretValue"], resources = patterns, conditions = {} } if length(patterns) > 0
    ]
  }
}
