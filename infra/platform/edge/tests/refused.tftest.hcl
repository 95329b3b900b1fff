mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_secretsmanager_random_password" {
    defaults = { random_password = "s3cr3t" }
  }
  mock_data "aws_secretsmanager_secret_version" {
    defaults = { secret_string = "s3cr3t" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
}

variables {
  environment = "prod"
  kms_key_arns = {
    logs      = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    edge_logs = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    secrets   = "arn:aws:kms:eu-west-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  }
  api = {
    function_name = "mcp-audit-prod-api"
    alias_arn     = "arn:aws:lambda:eu-west-1:123456789012:function:mcp-audit-prod-api:live"
    invoke_arn    = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:mcp-audit-prod-api:live/invocations"
  }
  identity              = { user_pool_arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3" }
  websocket             = { load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/mcp-audit-prod-ws/0123456789abcdef" }
  websocket_domain_name = "ws.example.com"
  webapp_bucket         = { name = "mcp-audit-prod-webapp", regional_domain_name = "mcp-audit-prod-webapp.s3.eu-west-1.amazonaws.com" }
  access_logs_bucket    = { name = "mcp-audit-prod-access-logs" }
  domain_name           = "app.example.com"
  certificate_arn       = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  api_domain_name       = "origin.example.com"
  api_certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  hosted_zone_id        = "Z0123456789"
}

run "a_wrong_name_is_refused" {
  command = plan
  variables {
    name = "Shop"
  }
  expect_failures = [var.name]
}

run "a_wrong_environment_is_refused" {
  command = plan
  variables {
    environment = "test"
  }
  expect_failures = [var.environment]
}

run "r42_a_tag_of_the_module_is_refused" {
  command = plan
  variables {
    tags = { CostCenter = "mine" }
  }
  expect_failures = [var.tags]
}

run "r51_a_wrong_key_is_refused" {
  command = plan
  variables {
    kms_key_arns = { logs = "logs", edge_logs = "logs", secrets = "secrets" }
  }
  expect_failures = [var.kms_key_arns]
}

run "r47_an_unknown_retention_is_refused" {
  command = plan
  variables {
    log_retention_days = 100
  }
  expect_failures = [var.log_retention_days]
}

run "r47_a_short_log_is_refused" {
  command = plan
  variables {
    log_retention_days = 30
  }
  expect_failures = [var.log_retention_days]
}

run "r32_an_untraced_stage_is_refused" {
  command = plan
  variables {
    enable_xray_tracing = false
  }
  expect_failures = [var.enable_xray_tracing]
}

run "r24_the_latest_version_is_refused" {
  command = plan
  variables {
    api = { function_name = "api", alias_arn = "arn:aws:lambda:eu-west-1:123456789012:function:api:$LATEST", invoke_arn = "arn" }
  }
  expect_failures = [var.api]
}

run "a_websocket_without_name_is_refused" {
  command = plan
  variables {
    websocket_domain_name = null
  }
  expect_failures = [var.websocket_domain_name]
}

run "r12_prod_without_cloudfront_is_refused" {
  command = plan
  variables {
    enable_cdn = false
  }
  expect_failures = [var.enable_cdn]
}

run "r12_prod_without_web_acls_is_refused" {
  command = plan
  variables {
    enable_waf = false
  }
  expect_failures = [var.enable_waf]
}

run "an_address_as_name_is_refused" {
  command = plan
  variables {
    domain_name = "https://app.example.com"
  }
  expect_failures = [var.domain_name]
}

run "a_certificate_of_another_region_is_refused" {
  command = plan
  variables {
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0"
  }
  expect_failures = [var.certificate_arn]
}

run "x02_an_api_under_the_public_name_is_refused" {
  command = plan
  variables {
    api_domain_name = "app.example.com"
  }
  expect_failures = [var.api_domain_name]
}

run "a_wrong_certificate_is_refused" {
  command = plan
  variables {
    api_certificate_arn = "certificate"
  }
  expect_failures = [var.api_certificate_arn]
}

run "a_zone_without_names_is_refused" {
  command = plan
  variables {
    environment     = "dev"
    domain_name     = null
    certificate_arn = null
  }
  expect_failures = [var.hosted_zone_id]
}

run "a_rate_of_nothing_is_refused" {
  command = plan
  variables {
    throttle_rate_limit = 0
  }
  expect_failures = [var.throttle_rate_limit]
}

run "a_burst_of_nothing_is_refused" {
  command = plan
  variables {
    throttle_burst_limit = 0
  }
  expect_failures = [var.throttle_burst_limit]
}

run "half_a_generation_is_refused" {
  command = plan
  variables {
    origin_verify_generation = 1.5
  }
  expect_failures = [var.origin_verify_generation]
}
