# Each run sets values wrong and names the inputs that say so.
mock_provider "aws" {
  source = "./tests/mocks"
}

run "r14_r24_r41_r42_r46_x10_function_refused" {
  command = plan

  variables {
    name                           = "Tools"
    tags                           = { CostCenter = "x" }
    cost_center                    = ""
    image_uri                      = "docker.io/tools:1"
    memory_size                    = 64
    ephemeral_storage_mb           = 100
    architectures                  = ["arm64", "x86_64"]
    timeout                        = 30
    reserved_concurrent_executions = -1
    live_version                   = "$LATEST"
    canary_version                 = "$LATEST"
    environment_variables          = { UPSTREAM_TOKEN = "x" }
    secret_arns                    = { UPSTREAM_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:*" }
  }

  expect_failures = [
    var.name,
    var.tags,
    var.cost_center,
    var.image_uri,
    var.memory_size,
    var.ephemeral_storage_mb,
    var.architectures,
    var.timeout,
    var.reserved_concurrent_executions,
    var.live_version,
    var.canary_version,
    var.environment_variables,
    var.secret_arns,
  ]
}

run "r10_r19_network_and_callers_refused" {
  command = plan

  variables {
    vpc_id                 = "main"
    vpc_subnet_ids         = ["subnet-0a1b2c3d"]
    vpc_security_group_ids = []
    kms_key_arn            = ""
    token_validity_minutes = 120
    tenant_ids             = ["*"]
    metered_tenant_ids     = [for number in range(51) : "tenant-${number}"]
  }

  expect_failures = [
    var.vpc_id,
    var.vpc_subnet_ids,
    var.vpc_security_group_ids,
    var.kms_key_arn,
    var.token_validity_minutes,
    var.tenant_ids,
    var.metered_tenant_ids,
  ]
}

run "r01_r12_r14_r29_r35_r37_r44_x08_api_refused" {
  command = plan

  variables {
    rest_integration_timeout_seconds = 301
    throttle_rate_limit              = 0
    throttle_burst_limit             = 5001
    cors_allowed_origins             = ["*"]
    waf_acl_arn                      = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b"
    origin_verify_secret_arn         = null
    auto_deploy                      = true
    custom_domain_name               = "https://origin.example.com"
    ip_address_type                  = "ipv6"
    health_check_path                = "/mcp"
  }

  expect_failures = [
    var.rest_integration_timeout_seconds,
    var.throttle_rate_limit,
    var.throttle_burst_limit,
    var.cors_allowed_origins,
    var.waf_acl_arn,
    var.origin_verify_secret_arn,
    var.auto_deploy,
    var.custom_domain_name,
    var.ip_address_type,
    var.health_check_path,
  ]
}

run "r11_r39_r47_r49_r57_r58_x10_state_and_logs_refused" {
  command = plan

  variables {
    session_ttl_seconds           = 10
    replica_regions               = { "us-west-2" = "arn:aws:kms:us-east-1:123456789012:key/k" }
    ecr_image_tag_mutability      = "MUTABLE"
    ecr_scan_on_push              = false
    log_retention_days            = 100
    audit_log_destination_arn     = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
    enable_xray_tracing           = false
    xray_sampling_rate            = 5
    alarm_sns_topic_arn           = "topic"
    alarm_actions_enabled         = false
    runbook_base                  = "docs/"
    dead_letter_retention_seconds = 60
  }

  expect_failures = [
    var.session_ttl_seconds,
    var.replica_regions,
    var.ecr_image_tag_mutability,
    var.ecr_scan_on_push,
    var.log_retention_days,
    var.audit_log_destination_arn,
    var.enable_xray_tracing,
    var.xray_sampling_rate,
    var.alarm_sns_topic_arn,
    var.alarm_actions_enabled,
    var.runbook_base,
    var.dead_letter_retention_seconds,
  ]
}

# Apart from the values above, which these depend on.
run "r02_r12_r22_r37_r46_r64_dependent_values_refused" {
  command = plan

  variables {
    provisioned_concurrency  = -1
    canary_weight            = 0.1
    route_throttle_overrides = { "PUT /mcp" = { throttling_rate_limit = 1, throttling_burst_limit = 1 } }
    certificate_arn          = "certificate"
    enable_auth              = false
  }

  expect_failures = [
    var.provisioned_concurrency,
    var.canary_weight,
    var.route_throttle_overrides,
    var.certificate_arn,
    var.enable_auth,
  ]
}

run "r22_function_too_refused" {
  command = plan

  variables {
    image_uri               = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tools:latest"
    provisioned_concurrency = 51
  }

  expect_failures = [
    var.image_uri,
    var.provisioned_concurrency,
  ]
}

run "r01_r64_api_too_refused" {
  command = plan

  variables {
    route_throttle_overrides = { "GET /mcp" = { throttling_rate_limit = 1000, throttling_burst_limit = 1 } }
    cors_allowed_origins     = ["http://localhost:3000"]
  }

  expect_failures = [
    var.route_throttle_overrides,
    var.cors_allowed_origins,
  ]
}

run "r12_r47_open_host_name_and_short_retention_refused" {
  command = plan

  variables {
    disable_execute_api_endpoint = false
    log_retention_days           = 30
  }

  expect_failures = [
    var.disable_execute_api_endpoint,
    var.log_retention_days,
  ]
}

run "name_with_cognito_refused" {
  command = plan

  variables {
    name = "cognito-tools"
  }

  expect_failures = [var.name]
}

run "environment_refused" {
  command = plan

  variables {
    environment = "test"
  }

  expect_failures = [var.environment]
}

run "reserved_concurrency_below_refused" {
  command = plan

  variables {
    environment                    = "dev"
    reserved_concurrent_executions = -2
  }

  expect_failures = [var.reserved_concurrent_executions]
}

run "r46_canary_weight_refused" {
  command = plan

  variables {
    canary_version = "8"
    canary_weight  = 0.6
  }

  expect_failures = [var.canary_weight]
}

run "half_a_pool_refused" {
  command = plan

  variables {
    cognito_user_pool_id = "us-east-1_AbCdEfGhI"
  }

  expect_failures = [var.cognito_user_pool_id]
}

run "pool_endpoint_refused" {
  command = plan

  variables {
    cognito_user_pool_id       = "p"
    cognito_user_pool_endpoint = "https://issuer"
    cognito_client_id          = "c"
  }

  expect_failures = [var.cognito_user_pool_endpoint]
}

run "client_id_refused" {
  command = plan

  variables {
    cognito_user_pool_id       = "p"
    cognito_user_pool_endpoint = "issuer"
    cognito_client_id          = "C C"
  }

  expect_failures = [var.cognito_client_id]
}

run "tenants_of_another_pool_refused" {
  command = plan

  variables {
    tenant_ids                 = ["acme"]
    cognito_user_pool_id       = "p"
    cognito_user_pool_endpoint = "issuer"
    cognito_client_id          = "c"
  }

  expect_failures = [var.tenant_ids]
}

run "x01_isolation_needs_rest" {
  command = plan

  variables {
    enable_tenant_isolation = true
    provisioned_concurrency = 0
    tenant_ids              = ["acme"]
  }

  expect_failures = [var.enable_tenant_isolation]
}

run "r22_isolation_without_provisioned_concurrency" {
  command = plan

  variables {
    api_type                 = "REST"
    origin_verify_secret_arn = null
    waf_acl_arn              = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b"
    enable_tenant_isolation  = true
    tenant_ids               = ["acme"]
  }

  expect_failures = [var.enable_tenant_isolation]
}

run "isolation_without_tenants_refused" {
  command = plan

  variables {
    api_type                 = "REST"
    origin_verify_secret_arn = null
    waf_acl_arn              = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b"
    enable_tenant_isolation  = true
    provisioned_concurrency  = 0
  }

  expect_failures = [var.enable_tenant_isolation]
}

run "api_type_refused" {
  command = plan

  variables {
    api_type = "WEBSOCKET"
  }

  expect_failures = [var.api_type]
}

run "r01_cors_on_rest_refused" {
  command = plan

  variables {
    api_type                 = "REST"
    origin_verify_secret_arn = null
    waf_acl_arn              = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b"
    cors_allowed_origins     = ["https://app.example.com"]
  }

  expect_failures = [var.cors_allowed_origins]
}

run "r12_global_web_acl_refused" {
  command = plan

  variables {
    api_type                 = "REST"
    origin_verify_secret_arn = null
    waf_acl_arn              = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"
  }

  expect_failures = [var.waf_acl_arn]
}

run "r12_rest_without_web_acl_refused" {
  command = plan

  variables {
    api_type                 = "REST"
    origin_verify_secret_arn = null
  }

  expect_failures = [var.waf_acl_arn]
}

run "r37_domain_without_certificate_refused" {
  command = plan

  variables {
    certificate_arn = null
  }

  expect_failures = [var.custom_domain_name]
}

run "r37_zone_without_domain_refused" {
  command = plan

  variables {
    environment        = "dev"
    custom_domain_name = null
    certificate_arn    = null
    hosted_zone_id     = "Z1"
  }

  expect_failures = [var.hosted_zone_id]
}

run "r12_no_way_in_refused" {
  command = plan

  variables {
    environment                  = "dev"
    custom_domain_name           = null
    certificate_arn              = null
    disable_execute_api_endpoint = true
  }

  expect_failures = [var.disable_execute_api_endpoint]
}

run "r45_mtls_without_domain_refused" {
  command = plan

  variables {
    environment             = "dev"
    enable_health_check     = false
    custom_domain_name      = null
    certificate_arn         = null
    enable_mtls             = true
    mtls_truststore_uri     = "s3://trust/clients.pem"
    mtls_truststore_version = "v1"
  }

  expect_failures = [var.enable_mtls]
}

run "r45_truststore_refused" {
  command = plan

  variables {
    enable_health_check     = false
    enable_mtls             = true
    mtls_truststore_uri     = "https://trust/clients.pem"
    mtls_truststore_version = "v1"
  }

  expect_failures = [var.mtls_truststore_uri]
}

run "r45_truststore_without_version_refused" {
  command = plan

  variables {
    enable_health_check = false
    enable_mtls         = true
    mtls_truststore_uri = "s3://trust/clients.pem"
  }

  expect_failures = [var.mtls_truststore_version]
}

run "x08_health_check_behind_mtls_refused" {
  command = plan

  variables {
    enable_mtls             = true
    mtls_truststore_uri     = "s3://trust/clients.pem"
    mtls_truststore_version = "v1"
  }

  expect_failures = [var.enable_health_check]
}

run "r39_replica_without_table_refused" {
  command = plan

  variables {
    enable_session_table = false
    replica_regions      = { "us-west-2" = "arn:aws:kms:us-west-2:123456789012:key/k" }
  }

  expect_failures = [var.replica_regions]
}

run "both_kinds_of_topics_refused" {
  command = plan

  variables {
    alarm_sns_topic_arn = "arn:aws:sns:us-east-1:123456789012:all"
    alarm_topic_arns    = { p1 = "arn:aws:sns:us-east-1:123456789012:p1", p2 = "arn:aws:sns:us-east-1:123456789012:p2", p3 = "arn:aws:sns:us-east-1:123456789012:p3" }
  }

  expect_failures = [var.alarm_sns_topic_arn]
}

run "topics_refused" {
  command = plan

  variables {
    alarm_topic_arns = { p1 = "p1", p2 = "p2", p3 = "p3" }
  }

  expect_failures = [var.alarm_topic_arns]
}

run "r11_no_subscriber_refused" {
  command = plan

  variables {
    alarm_subscriptions = {}
  }

  expect_failures = [var.alarm_subscriptions]
}
