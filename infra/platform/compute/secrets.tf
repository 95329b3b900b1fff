# Keys that nobody has to know. The value is drawn when the secret is made, and by AWS, so it is in no plan; it is in the
# state, which is encrypted and read by the deploying role only.
locals {
  users_of_generated = {
    MCP_AUDIT_LINK_KEY     = ["alert-sender", "api"]
    MCP_AUDIT_EVIDENCE_KEY = ["scan-worker", "test-orchestrator"]
  }
}

resource "aws_secretsmanager_secret" "generated" {
  for_each = local.users_of_generated

  name                    = "${local.prefix}/${lower(replace(trimprefix(each.key, "MCP_AUDIT_"), "_", "-"))}"
  description             = "${each.key} of ${join(" and ", each.value)}"
  kms_key_id              = var.kms_key_arns.secrets
  recovery_window_in_days = var.environment == "dev" ? 0 : 30
  tags                    = merge(local.tags, { Controls = "IA-5 SC-12 SC-28" })
}

data "aws_secretsmanager_random_password" "generated" {
  for_each = local.users_of_generated

  # 256 bits as 64 hexadecimal digits, which is what both settings take.
  password_length            = 64
  exclude_uppercase          = true
  exclude_punctuation        = true
  exclude_characters         = "ghijklmnopqrstuvwxyz"
  require_each_included_type = false

  depends_on = [aws_secretsmanager_secret.generated]
}

resource "aws_secretsmanager_secret_version" "generated" {
  for_each = local.users_of_generated

  secret_id     = aws_secretsmanager_secret.generated[each.key].id
  secret_string = data.aws_secretsmanager_random_password.generated[each.key].random_password

  # Every read draws another value; only the first is kept.
  lifecycle {
    ignore_changes = [secret_string]
  }
}

resource "aws_secretsmanager_secret_rotation" "generated" {
  for_each = var.secret_rotation_function_arn == null ? {} : local.users_of_generated

  secret_id           = aws_secretsmanager_secret.generated[each.key].id
  rotation_lambda_arn = var.secret_rotation_function_arn

  rotation_rules {
    automatically_after_days = 90
  }
}
