locals {
  # Rules of AWS that read bodies, with the label that each leaves behind. Labels are not the names in another case.
  body_rules = {
    AWSManagedRulesCommonRuleSet = {
      SizeRestrictions_BODY   = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
      GenericLFI_BODY         = "awswaf:managed:aws:core-rule-set:GenericLFI_Body"
      GenericRFI_BODY         = "awswaf:managed:aws:core-rule-set:GenericRFI_Body"
      CrossSiteScripting_BODY = "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body"
      EC2MetaDataSSRF_BODY    = "awswaf:managed:aws:core-rule-set:EC2MetaDataSSRF_Body"
    }
    AWSManagedRulesKnownBadInputsRuleSet = {
      JavaDeserializationRCE_BODY = "awswaf:managed:aws:known-bad-inputs:JavaDeserializationRCE_Body"
      Log4JRCE_BODY               = "awswaf:managed:aws:known-bad-inputs:Log4JRCE_Body"
      ReactJSRCE_BODY             = "awswaf:managed:aws:known-bad-inputs:ReactJSRCE_Body"
    }
  }

  # Rule groups by name, in their order, with the rules of each that only count.
  managed_groups = concat(
    [
      { name = "AWSManagedRulesAmazonIpReputationList", counting = [] },
      { name = "AWSManagedRulesCommonRuleSet", counting = keys(local.body_rules.AWSManagedRulesCommonRuleSet) },
      { name = "AWSManagedRulesKnownBadInputsRuleSet", counting = keys(local.body_rules.AWSManagedRulesKnownBadInputsRuleSet) },
    ],
    var.enable_bot_control ? [{ name = "AWSManagedRulesBotControlRuleSet", counting = [] }] : [],
  )

  rate_limits = merge(
    { all = { path_prefix = "/", limit = var.waf_rate_limit, window_seconds = 300 } },
    var.path_rate_limits,
  )
  rate_limit_names = keys(local.rate_limits)

  # Priorities tell the order; the rule about labels comes after the groups that leave them.
  first_priority = { rates = 0, groups = 100, bodies = 200 }

  waf_log_group = "aws-waf-logs-${local.prefix}-edge"
}

resource "aws_wafv2_web_acl" "this" {
  provider = aws.us_east_1
  count    = var.enable_waf ? 1 : 0

  name        = "${local.prefix}-edge"
  description = "Before CloudFront"
  scope       = "CLOUDFRONT"

  default_action {
    allow {}
  }

  dynamic "rule" {
    for_each = local.rate_limits

    content {
      name     = "rate-${rule.key}"
      priority = local.first_priority.rates + index(local.rate_limit_names, rule.key)

      action {
        block {}
      }

      statement {
        rate_based_statement {
          aggregate_key_type    = "IP"
          limit                 = rule.value.limit
          evaluation_window_sec = rule.value.window_seconds

          scope_down_statement {
            byte_match_statement {
              search_string         = rule.value.path_prefix
              positional_constraint = "STARTS_WITH"

              field_to_match {
                uri_path {}
              }

              text_transformation {
                priority = 0
                type     = "NORMALIZE_PATH"
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "rate-${rule.key}"
        sampled_requests_enabled   = true
      }
    }
  }

  dynamic "rule" {
    for_each = local.managed_groups

    content {
      name     = rule.value.name
      priority = local.first_priority.groups + rule.key

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.value.name

          dynamic "rule_action_override" {
            for_each = rule.value.counting

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.value.name
        sampled_requests_enabled   = true
      }
    }
  }

  # What the groups only counted is blocked here after all, but for the paths whose bodies are evidence of attacks.
  rule {
    name     = "bodies"
    priority = local.first_priority.bodies

    action {
      block {}
    }

    statement {
      and_statement {
        statement {
          or_statement {
            dynamic "statement" {
              for_each = merge(values(local.body_rules)...)

              content {
                label_match_statement {
                  scope = "LABEL"
                  key   = statement.value
                }
              }
            }
          }
        }

        statement {
          not_statement {
            statement {
              regex_match_statement {
                regex_string = "^(${join("|", var.large_body_path_prefixes)})(/|$)"

                field_to_match {
                  uri_path {}
                }

                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "bodies"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${local.prefix}-edge"
    sampled_requests_enabled   = true
  }

  tags = merge(local.tags, { Controls = "SC-5 SC-7 SI-4" })
}

resource "aws_cloudwatch_log_group" "waf" {
  provider = aws.us_east_1
  count    = var.enable_waf ? 1 : 0

  name              = local.waf_log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  provider = aws.us_east_1
  count    = var.enable_waf ? 1 : 0

  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = ["arn:${data.aws_partition.current.partition}:logs:us-east-1:${data.aws_caller_identity.current.account_id}:log-group:${aws_cloudwatch_log_group.waf[0].name}"]

  dynamic "redacted_fields" {
    for_each = ["authorization", "cookie"]

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}
