mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"
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
  environment      = "prod"
  kms_key_arn      = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  edge_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  alarm_subscriptions = {
    pager = { protocol = "https", endpoint = "https://pager.example.com", tiers = ["P1"] }
    desk  = { protocol = "email", endpoint = "desk@example.com", tiers = ["P2", "P3"] }
  }
  functions = {
    api                 = { name = "mcp-audit-prod-api", log_group_name = "/aws/lambda/mcp-audit-prod-api", timeout_seconds = 29, reserved_concurrency = 50, dead_letter_queue_name = "mcp-audit-prod-failed-invocations" }
    scan-worker         = { name = "mcp-audit-prod-scan-worker", log_group_name = "/aws/lambda/mcp-audit-prod-scan-worker", timeout_seconds = 300, reserved_concurrency = 20, dead_letter_queue_name = "mcp-audit-prod-scan-queue-dlq" }
    report-generator    = { name = "mcp-audit-prod-report-generator", log_group_name = "/aws/lambda/mcp-audit-prod-report-generator", timeout_seconds = 120, insights = true }
    alert-sender        = { name = "mcp-audit-prod-alert-sender", log_group_name = "/aws/lambda/mcp-audit-prod-alert-sender", timeout_seconds = 25 }
    metering-aggregator = { name = "mcp-audit-prod-metering-aggregator", log_group_name = "/aws/lambda/mcp-audit-prod-metering-aggregator", timeout_seconds = 60 }
  }
  containers = {
    test-orchestrator = { cluster_name = "mcp-audit-prod", service_name = "test-orchestrator", log_group_name = "/aws/ecs/mcp-audit-prod/test-orchestrator" }
    progress-fanout   = { cluster_name = "mcp-audit-prod", service_name = "progress-fanout", log_group_name = "/aws/ecs/mcp-audit-prod/progress-fanout" }
  }
  queues = {
    scan     = { name = "mcp-audit-prod-scan-queue", dead_letter_queue_name = "mcp-audit-prod-scan-queue-dlq" }
    test     = { name = "mcp-audit-prod-test-queue", dead_letter_queue_name = "mcp-audit-prod-test-queue-dlq" }
    report   = { name = "mcp-audit-prod-report-queue", dead_letter_queue_name = "mcp-audit-prod-report-queue-dlq" }
    alert    = { name = "mcp-audit-prod-alert-queue", dead_letter_queue_name = "mcp-audit-prod-alert-queue-dlq" }
    metering = { name = "mcp-audit-prod-metering-queue", dead_letter_queue_name = "mcp-audit-prod-metering-queue-dlq" }
  }
  table_name             = "mcp-audit-prod"
  redis_node_ids         = ["mcp-audit-prod-001", "mcp-audit-prod-002"]
  mail_configuration_set = "mcp-audit-prod"
  api                    = { name = "mcp-audit-prod", stage = "live", access_log_group_name = "/aws/apigateway/mcp-audit-prod" }
  web_acls               = { edge = "mcp-audit-prod-edge", origin = "mcp-audit-prod-origin" }
  websocket              = { load_balancer_arn_suffix = "app/mcp-audit-prod-ws/0123456789abcdef", target_group_arn_suffix = "targetgroup/mcp-audit-prod-ws/0123456789abcdef" }
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
    kms_key_arn = "alarms"
  }
  expect_failures = [var.kms_key_arn]
}

run "a_key_of_another_region_is_refused" {
  command = plan
  variables {
    edge_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/0"
  }
  expect_failures = [var.edge_kms_key_arn]
}

run "r49_more_than_all_requests_are_refused" {
  command = plan
  variables {
    xray_sampling_rate = 5
  }
  expect_failures = [var.xray_sampling_rate]
}

run "a_bucket_as_destination_is_refused" {
  command = plan
  variables {
    audit_log_destination = { arn = "arn:aws:s3:::siem" }
  }
  expect_failures = [var.audit_log_destination]
}

run "a_stream_without_role_is_refused" {
  command = plan
  variables {
    audit_log_destination = { arn = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/siem" }
  }
  expect_failures = [var.audit_log_destination]
}
