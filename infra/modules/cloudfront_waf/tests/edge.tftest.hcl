mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_secretsmanager_secret_version" {
    defaults = { secret_string = "s3cr3t" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
}

variables {
  name                   = "shop"
  environment            = "prod"
  api_domain_name        = "origin.example.com"
  custom_domain_name     = "app.example.com"
  certificate_arn        = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  origin_verify          = { secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:origin-verify-a1b2c3" }
  log_bucket_domain_name = "shop-prod-access-logs.s3.amazonaws.com"
  kms_key_arn            = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
}

run "r12_the_api_is_behind_the_web_acl_and_asked_by_tls_with_the_secret" {
  command = plan

  assert {
    condition     = length(aws_wafv2_web_acl.this) == 1 && aws_wafv2_web_acl.this[0].scope == "CLOUDFRONT"
    error_message = "A web ACL is before the distribution."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.origin).custom_origin_config[0].origin_protocol_policy == "https-only" && one(aws_cloudfront_distribution.this.origin).custom_origin_config[0].origin_ssl_protocols == toset(["TLSv1.2"])
    error_message = "The API is asked by TLS 1.2 only."
  }

  assert {
    condition     = one(one(aws_cloudfront_distribution.this.origin).custom_header).name == "x-origin-verify" && nonsensitive(one(one(aws_cloudfront_distribution.this.origin).custom_header).value) == "s3cr3t"
    error_message = "CloudFront proves itself to the API with the secret."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" && aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "https-only" && contains(aws_cloudfront_distribution.this.default_cache_behavior[0].allowed_methods, "POST")
    error_message = "Without a web app everything goes to the API: uncached, by TLS, with all methods."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "Viewers need TLS 1.2."
  }
}

run "x02_prod_without_the_secret_is_refused" {
  command = plan
  variables {
    origin_verify = null
  }
  expect_failures = [var.origin_verify]
}

run "x02_the_default_endpoint_is_refused_in_prod" {
  command = plan
  variables {
    api_domain_name = "a1b2c3.execute-api.eu-west-1.amazonaws.com"
  }
  expect_failures = [var.api_domain_name]
}

run "r12_prod_without_web_acl_is_refused" {
  command = plan
  variables {
    enable_waf = false
  }
  expect_failures = [var.enable_waf]
}

run "r12_prod_without_certificate_is_refused" {
  command = plan
  variables {
    custom_domain_name = null
    certificate_arn    = null
  }
  expect_failures = [var.certificate_arn]
}

run "r12_prod_without_access_log_is_refused" {
  command = plan
  variables {
    enable_logging = false
  }
  expect_failures = [var.enable_logging]
}

run "x06_bodies_count_where_they_tell_of_attacks" {
  command = plan
  variables {
    large_body_path_prefixes = ["/mcp", "/v1/scans"]
  }

  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl.this[0].rule :
      toset([for o in rule.statement[0].managed_rule_group_statement[0].rule_action_override : o.name]) == toset(keys(lookup(local.body_rules, rule.name, {})))
      if startswith(rule.name, "AWSManaged")
    ])
    error_message = "Rules of AWS that read bodies only count."
  }

  assert {
    condition     = contains(keys(local.body_rules.AWSManagedRulesCommonRuleSet), "SizeRestrictions_BODY") && contains(keys(local.body_rules.AWSManagedRulesKnownBadInputsRuleSet), "Log4JRCE_BODY")
    error_message = "Size and patterns of bodies are among them."
  }

  assert {
    condition = one([
      for rule in aws_wafv2_web_acl.this[0].rule : rule.statement[0].and_statement[0].statement[1].not_statement[0].statement[0].regex_match_statement[0].regex_string if rule.name == "bodies"
    ]) == "^(/mcp|/v1/scans)(/|$)"
    error_message = "Elsewhere what they counted is blocked; a path that only begins alike is elsewhere."
  }

  assert {
    condition = length(one([
      for rule in aws_wafv2_web_acl.this[0].rule : rule.statement[0].and_statement[0].statement[0].or_statement[0].statement if rule.name == "bodies"
    ])) == sum([for rules in values(local.body_rules) : length(rules)])
    error_message = "The rule knows the labels of all of them."
  }

  assert {
    condition     = max([for rule in aws_wafv2_web_acl.this[0].rule : rule.priority if startswith(rule.name, "AWSManaged")]...) < one([for rule in aws_wafv2_web_acl.this[0].rule : rule.priority if rule.name == "bodies"])
    error_message = "Labels are read after the rules that leave them."
  }
}

run "x06_bots_are_welcome_by_default" {
  command = plan

  assert {
    condition     = !contains([for rule in aws_wafv2_web_acl.this[0].rule : rule.name], "AWSManagedRulesBotControlRuleSet")
    error_message = "MCP clients are programs: nothing blocks programs."
  }
}

run "bots_can_be_blocked" {
  command = plan
  variables {
    enable_bot_control = true
  }

  assert {
    condition     = contains([for rule in aws_wafv2_web_acl.this[0].rule : rule.name], "AWSManagedRulesBotControlRuleSet")
    error_message = "With enable_bot_control AWS's rules against bots apply."
  }
}

run "x10_one_address_has_limits" {
  command = plan

  assert {
    condition = {
      for rule in aws_wafv2_web_acl.this[0].rule : rule.name => "${rule.statement[0].rate_based_statement[0].limit} in ${rule.statement[0].rate_based_statement[0].evaluation_window_sec} s" if startswith(rule.name, "rate-")
      } == {
      rate-all  = "2000 in 300 s"
      rate-auth = "100 in 300 s"
      rate-mcp  = "100 in 60 s"
    }
    error_message = "One address has 2000 requests in 5 minutes, 100 for signing in and 100 a minute for MCP."
  }
}

run "r47_the_web_acl_writes_a_log_without_credentials" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.waf[0].name == "aws-waf-logs-shop-prod-edge" && aws_cloudwatch_log_group.waf[0].retention_in_days == 365 && aws_cloudwatch_log_group.waf[0].kms_key_id == var.kms_key_arn
    error_message = "The log is kept a year, encrypted, under a name that the web ACL accepts."
  }

  assert {
    condition     = toset([for field in aws_wafv2_web_acl_logging_configuration.this[0].redacted_fields : field.single_header[0].name]) == toset(["authorization", "cookie"])
    error_message = "Tokens and cookies are not in the log."
  }
}

run "r47_a_short_log_is_refused" {
  command = plan
  variables {
    log_retention_days = 30
  }
  expect_failures = [var.log_retention_days]
}

run "r39_reading_fails_over_to_the_second_region" {
  command = plan
  variables {
    enable_origin_failover   = true
    failover_api_domain_name = "second.example.com"
    failover_path_patterns   = ["/v1/status/*"]
  }

  assert {
    condition     = [for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.allowed_methods if b.target_origin_id == "api-with-failover"] == [toset(["GET", "HEAD", "OPTIONS"])]
    error_message = "Only what is read fails over: CloudFront refuses origin groups for the rest."
  }

  assert {
    condition     = one(one(aws_cloudfront_distribution.this.origin_group).failover_criteria).status_codes == toset([500, 502, 503, 504]) && length(aws_cloudfront_distribution.this.origin) == 2
    error_message = "The second region is asked when the first fails."
  }
}

run "r39_failover_of_no_path_is_refused" {
  command = plan
  variables {
    enable_origin_failover   = true
    failover_api_domain_name = "second.example.com"
  }
  expect_failures = [var.enable_origin_failover]
}

run "web_app_api_and_websocket_share_one_name" {
  command = plan
  variables {
    webapp_bucket     = { name = "shop-prod-webapp", regional_domain_name = "shop-prod-webapp.s3.eu-west-1.amazonaws.com" }
    api_path_patterns = ["/v1/*"]
    private_origins = {
      progress = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/progress/0123456789abcdef", domain_name = "progress.example.com", path_patterns = ["/ws"] }
    }
    hosted_zone_id = "Z0123456789"
  }

  assert {
    condition     = { for b in aws_cloudfront_distribution.this.ordered_cache_behavior : b.path_pattern => b.target_origin_id } == { "/ws" = "progress", "/v1/*" = "api" }
    error_message = "Paths tell who answers."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].target_origin_id == "webapp" && aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && aws_cloudfront_distribution.this.default_root_object == "index.html"
    error_message = "The web app is served where no other path fits."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.webapp[0].signing_behavior == "always" && length(aws_cloudfront_distribution.this.custom_error_response) == 0
    error_message = "The bucket is read by signed requests, and the API's errors stay what they are."
  }

  assert {
    condition     = aws_cloudfront_vpc_origin.this["progress"].vpc_origin_endpoint_config[0].origin_protocol_policy == "https-only"
    error_message = "The load balancer is reached inside the VPC, by TLS."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.this["webapp"].security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 63072000 && strcontains(aws_cloudfront_response_headers_policy.this["webapp"].security_headers_config[0].content_security_policy[0].content_security_policy, "default-src 'self'")
    error_message = "Pages come with HSTS and a content security policy."
  }

  assert {
    condition     = keys(aws_route53_record.this) == ["A", "AAAA"]
    error_message = "The name has records for IPv4 and IPv6."
  }
}

run "dev_can_do_without_name_web_acl_and_log" {
  command = plan
  variables {
    environment            = "dev"
    custom_domain_name     = null
    certificate_arn        = null
    origin_verify          = null
    enable_waf             = false
    enable_logging         = false
    kms_key_arn            = null
    log_bucket_domain_name = null
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].cloudfront_default_certificate && length(aws_wafv2_web_acl.this) == 0 && length(aws_cloudwatch_log_group.waf) == 0
    error_message = "In dev there is the distribution only."
  }
}
