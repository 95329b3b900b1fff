mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name        = "shop"
  environment = "dev"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
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

run "a_rest_api_is_refused" {
  command = plan
  variables {
    protocol = "REST"
  }
  expect_failures = [var.protocol]
}

run "r51_a_wrong_key_is_refused" {
  command = plan
  variables {
    kms_key_arn = "alias/shop"
  }
  expect_failures = [var.kms_key_arn]
}

run "a_wrong_stage_is_refused" {
  command = plan
  variables {
    stage_name = "a/b"
  }
  expect_failures = [var.stage_name]
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

run "a_name_without_certificate_is_refused" {
  command = plan
  variables {
    custom_domain_name = "api.example.com"
  }
  expect_failures = [var.custom_domain_name]
}

run "an_address_as_name_is_refused" {
  command = plan
  variables {
    custom_domain_name = "https://api.example.com"
    certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/0"
  }
  expect_failures = [var.custom_domain_name]
}

run "a_wrong_certificate_is_refused" {
  command = plan
  variables {
    custom_domain_name = "api.example.com"
    certificate_arn    = "certificate"
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

run "a_trust_store_elsewhere_is_refused" {
  command = plan
  variables {
    mtls_truststore_uri = "https://example.com/store.pem"
  }
  expect_failures = [var.mtls_truststore_uri]
}

run "r44_an_unknown_address_type_is_refused" {
  command = plan
  variables {
    ip_address_type = "ipv6"
  }
  expect_failures = [var.ip_address_type]
}

run "a_vpc_link_in_one_subnet_is_refused" {
  command = plan
  variables {
    vpc_link = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }
  expect_failures = [var.vpc_link]
}
