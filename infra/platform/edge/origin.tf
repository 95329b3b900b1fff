# CloudFront is one of many customers of its own addresses: that a request comes from there proves nothing. So it proves
# itself with a secret, and a web ACL before the API refuses who does not know it.
locals {
  generation = tostring(var.origin_verify_generation)
  # CloudFront takes minutes to send a new secret everywhere; meanwhile the one before is accepted as well.
  generations = toset([
    for generation in [var.origin_verify_generation, var.origin_verify_generation - 1] : tostring(generation) if local.guarded && generation >= 1
  ])
}

resource "aws_secretsmanager_secret" "origin_verify" {
  for_each = local.generations

  name        = "${local.prefix}-origin-verify-${each.key}"
  description = "What CloudFront proves itself to the API with"
  kms_key_id  = var.kms_key_arns.secrets

  tags = merge(local.tags, { Controls = "IA-5 SC-28 SC-7" })
}

# Waits for the secret, so that the first plan already has no value to show.
data "aws_secretsmanager_random_password" "origin_verify" {
  for_each = local.generations

  password_length     = 64
  exclude_punctuation = true

  depends_on = [aws_secretsmanager_secret.origin_verify]
}

resource "aws_secretsmanager_secret_version" "origin_verify" {
  for_each = local.generations

  secret_id     = aws_secretsmanager_secret.origin_verify[each.key].id
  secret_string = data.aws_secretsmanager_random_password.origin_verify[each.key].random_password

  # Each plan draws another value; the first stays.
  lifecycle {
    ignore_changes = [secret_string]
  }
}

resource "aws_wafv2_web_acl" "origin" {
  count = local.guarded ? 1 : 0

  name        = "${local.prefix}-origin"
  description = "Lets CloudFront alone reach the API"
  scope       = "REGIONAL"

  default_action {
    block {}
  }

  dynamic "rule" {
    for_each = local.generations

    content {
      name     = "cloudfront-${rule.key}"
      priority = tonumber(rule.key)

      action {
        allow {}
      }

      statement {
        byte_match_statement {
          search_string         = aws_secretsmanager_secret_version.origin_verify[rule.key].secret_string
          positional_constraint = "EXACTLY"

          field_to_match {
            single_header {
              name = "x-origin-verify"
            }
          }

          text_transformation {
            priority = 0
            type     = "NONE"
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "cloudfront-${rule.key}"
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${local.prefix}-origin"
    # A sample shows all headers, the secret too.
    sampled_requests_enabled = false
  }

  tags = merge(local.tags, { Controls = "SC-7 SI-4" })
}

resource "aws_wafv2_web_acl_association" "origin" {
  count = local.guarded ? 1 : 0

  resource_arn = aws_api_gateway_stage.live.arn
  web_acl_arn  = aws_wafv2_web_acl.origin[0].arn
}

resource "aws_cloudwatch_log_group" "origin" {
  count = local.guarded ? 1 : 0

  name              = "aws-waf-logs-${local.prefix}-origin"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_wafv2_web_acl_logging_configuration" "origin" {
  count = local.guarded ? 1 : 0

  resource_arn            = aws_wafv2_web_acl.origin[0].arn
  log_destination_configs = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${aws_cloudwatch_log_group.origin[0].name}"]

  dynamic "redacted_fields" {
    for_each = ["authorization", "cookie", "x-origin-verify"]

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}

# CloudFront learns a secret when the web ACL accepts it, so that renewing it refuses nobody.
resource "terraform_data" "accepted_secret" {
  count = local.guarded ? 1 : 0

  input = aws_secretsmanager_secret_version.origin_verify[local.generation].arn

  depends_on = [aws_wafv2_web_acl.origin]
}
