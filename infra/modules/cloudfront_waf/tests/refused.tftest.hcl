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
  name            = "shop"
  environment     = "dev"
  api_domain_name = "origin.example.com"
  enable_waf      = false
  enable_logging  = false
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

run "an_address_as_origin_is_refused" {
  command = plan
  variables {
    api_domain_name = "https://origin.example.com"
  }
  expect_failures = [var.api_domain_name]
}

run "an_origin_path_with_a_slash_behind_is_refused" {
  command = plan
  variables {
    api_origin_path = "/live/"
  }
  expect_failures = [var.api_origin_path]
}

run "paths_of_an_api_without_a_web_app_are_refused" {
  command = plan
  variables {
    api_path_patterns = ["/v1/*"]
  }
  expect_failures = [var.api_path_patterns]
}

run "x05_a_secret_that_is_none_is_refused" {
  command = plan
  variables {
    origin_verify = { secret_arn = "s3cr3t" }
  }
  expect_failures = [var.origin_verify]
}

run "an_address_as_second_origin_is_refused" {
  command = plan
  variables {
    failover_api_domain_name = "https://second.example.com"
  }
  expect_failures = [var.failover_api_domain_name]
}

run "a_failover_for_success_is_refused" {
  command = plan
  variables {
    failover_status_codes = [200]
  }
  expect_failures = [var.failover_status_codes]
}

run "a_private_origin_without_paths_is_refused" {
  command = plan
  variables {
    private_origins = { a = { load_balancer_arn = "arn", domain_name = "a.example.com", path_patterns = [] } }
  }
  expect_failures = [var.private_origins]
}

run "a_name_without_certificate_is_refused" {
  command = plan
  variables {
    custom_domain_name = "app.example.com"
  }
  expect_failures = [var.custom_domain_name]
}

run "a_certificate_of_another_region_is_refused" {
  command = plan
  variables {
    custom_domain_name = "app.example.com"
    certificate_arn    = "arn:aws:acm:eu-west-1:123456789012:certificate/0"
  }
  expect_failures = [var.certificate_arn]
}

run "a_zone_without_name_is_refused" {
  command = plan
  variables {
    hosted_zone_id = "Z1"
  }
  expect_failures = [var.hosted_zone_id]
}

run "an_unknown_price_class_is_refused" {
  command = plan
  variables {
    price_class = "PriceClass_50"
  }
  expect_failures = [var.price_class]
}

run "a_restriction_of_nothing_is_refused" {
  command = plan
  variables {
    geo_restriction_type = "whitelist"
  }
  expect_failures = [var.geo_restriction_type]
}

run "an_unknown_country_is_refused" {
  command = plan
  variables {
    geo_restriction_type      = "whitelist"
    geo_restriction_locations = ["Germany"]
  }
  expect_failures = [var.geo_restriction_locations]
}

run "a_policy_with_inline_scripts_is_refused" {
  command = plan
  variables {
    content_security_policy = "default-src 'self'; script-src 'unsafe-inline'"
  }
  expect_failures = [var.content_security_policy]
}

run "a_rate_of_nothing_is_refused" {
  command = plan
  variables {
    waf_rate_limit = 10
  }
  expect_failures = [var.waf_rate_limit]
}

run "an_unknown_window_is_refused" {
  command = plan
  variables {
    path_rate_limits = { a = { path_prefix = "/a", limit = 10, window_seconds = 30 } }
  }
  expect_failures = [var.path_rate_limits]
}

run "x06_bodies_of_everything_are_refused" {
  command = plan
  variables {
    large_body_path_prefixes = ["/"]
  }
  expect_failures = [var.large_body_path_prefixes]
}

run "a_log_without_bucket_is_refused" {
  command = plan
  variables {
    enable_logging = true
  }
  expect_failures = [var.log_bucket_domain_name]
}

run "r51_a_web_acl_log_without_key_is_refused" {
  command = plan
  variables {
    enable_waf = true
  }
  expect_failures = [var.kms_key_arn]
}

run "r47_an_unknown_retention_is_refused" {
  command = plan
  variables {
    log_retention_days = 100
  }
  expect_failures = [var.log_retention_days]
}
