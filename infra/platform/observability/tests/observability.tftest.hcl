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

run "every_service_and_queue_of_the_topology_is_watched" {
  command = plan

  assert {
    condition     = length(setsubtract(flatten([for key in keys(local.topology.queues) : ["${key}-queue-age", "${key}-queue-dlq"]]), keys(module.alarms.alarm_names))) == 0
    error_message = "Each queue has alarms for old messages and dead letters."
  }

  assert {
    condition     = length(setsubtract(flatten([for name in local.lambda_services : ["${name}-error-rate", "${name}-errors", "${name}-duration", "${name}-throttles"]]), keys(module.alarms.alarm_names))) == 0
    error_message = "Each Lambda service has its alarms."
  }

  assert {
    condition     = length(setsubtract(flatten([for name in local.fargate_services : ["${name}-running", "${name}-memory", "${name}-errors"]]), keys(module.alarms.alarm_names))) == 0
    error_message = "Each Fargate service has its alarms."
  }

  assert {
    condition     = length(setsubtract(["gateway-5xx-rate", "gateway-4xx", "gateway-latency", "gateway-auth-failures", "denied-requests", "limited-requests", "test-deadline", "tests-failed", "mail-bounces", "commands-resent", "websocket-unhealthy", "redis-2-memory", "waf-origin-blocked", "table-throttled-Query"], keys(module.alarms.alarm_names))) == 0
    error_message = "API, tests, mail, commands, WebSocket, Redis, web ACL and table are watched."
  }

  assert {
    condition     = contains(keys(module.alarms.alarm_names), "api-dlq") && !contains(keys(module.alarms.alarm_names), "scan-worker-dlq")
    error_message = "A dead-letter queue is watched once."
  }
}

run "a_service_that_is_not_watched_is_refused" {
  command = plan
  variables {
    functions = {
      api = { name = "mcp-audit-prod-api", log_group_name = "/aws/lambda/mcp-audit-prod-api", timeout_seconds = 29 }
    }
  }
  expect_failures = [var.functions]
}

run "a_container_that_is_not_watched_is_refused_in_prod" {
  command = plan
  variables {
    containers = {}
  }
  expect_failures = [var.containers]
}

run "a_queue_that_is_not_watched_is_refused" {
  command = plan
  variables {
    queues = { scan = { name = "mcp-audit-prod-scan-queue", dead_letter_queue_name = "mcp-audit-prod-scan-queue-dlq" } }
  }
  expect_failures = [var.queues]
}

run "r11_r34_alarms_go_to_topics_of_their_region" {
  command = plan

  assert {
    condition     = module.alarms.topic_arns.p1 == "arn:aws:sns:eu-west-1:123456789012:mcp-audit-prod-alarms-p1" && module.edge_alarms[0].topic_arns.p2 == "arn:aws:sns:us-east-1:123456789012:mcp-audit-prod-alarms-p2"
    error_message = "CloudFront's web ACL is watched where it is counted, with topics there."
  }
}

run "r09_the_dashboard_shows_all_of_it" {
  command = plan

  assert {
    condition     = can(jsondecode(aws_cloudwatch_dashboard.platform.dashboard_body)) && length(jsondecode(aws_cloudwatch_dashboard.platform.dashboard_body).widgets) == 17
    error_message = "The dashboard has the alarms and sixteen graphs."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.platform.dashboard_body).widgets[0].properties.alarms) == length(module.alarms.alarm_names)
    error_message = "It shows every alarm of the region."
  }

  assert {
    condition     = alltrue([for name in ["mcp-audit-prod-scan-queue-dlq", "mcp-audit-prod-002", "mcp-audit-prod-edge", "tests-failed"] : strcontains(aws_cloudwatch_dashboard.platform.dashboard_body, name)])
    error_message = "Queues, Redis, web ACL and tests are on it."
  }
}

run "r49_one_in_twenty_requests_is_traced" {
  command = plan

  assert {
    condition     = aws_xray_sampling_rule.platform.fixed_rate == 0.05 && aws_xray_sampling_rule.platform.service_name == "mcp-audit-prod*"
    error_message = "Prod traces 5 %, of this platform only."
  }
}

run "x10_failures_of_tests_and_sign_ins_are_counted_from_logs" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_metric_filter.this["denied-requests"].log_group_name == "/aws/lambda/mcp-audit-prod-api" && aws_cloudwatch_log_metric_filter.this["tests-too-long"].log_group_name == "/aws/ecs/mcp-audit-prod/test-orchestrator"
    error_message = "Filters read the logs of the services that write the lines."
  }

  assert {
    condition     = length(aws_cloudwatch_log_subscription_filter.audit) == 0
    error_message = "Audit events stay here unless told otherwise."
  }
}

run "x10_audit_events_go_to_a_siem" {
  command = plan
  variables {
    audit_log_destination = { arn = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/siem", role_arn = "arn:aws:iam::123456789012:role/siem" }
  }

  assert {
    condition     = { for name, filter in aws_cloudwatch_log_subscription_filter.audit : name => filter.filter_pattern } == { api = "{ $.target = \"audit\" }", gateway = "", progress-fanout = "{ $.target = \"audit\" }" }
    error_message = "Audit events of both services and the access log are copied."
  }
}

run "r11_prod_without_readers_is_refused" {
  command = plan
  variables {
    web_acls = {}
    alarm_subscriptions = {
      desk = { protocol = "email", endpoint = "desk@example.com", tiers = ["P2", "P3"] }
    }
  }
  expect_failures = [var.alarm_subscriptions]
}

run "dev_has_no_containers_redis_and_edge" {
  command = plan
  variables {
    environment         = "dev"
    alarm_subscriptions = {}
    edge_kms_key_arn    = null
    containers          = {}
    redis_node_ids      = []
    web_acls            = {}
    websocket           = null
  }

  assert {
    condition     = length(module.edge_alarms) == 0 && aws_xray_sampling_rule.platform.fixed_rate == 1 && !contains(keys(module.alarms.alarm_names), "tests-failed")
    error_message = "What is not there is not watched; every request is traced."
  }
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
