mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws-us-gov" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-gov-west-1" }
  }
}

variables {
  name        = "shop"
  environment = "prod"
  kms_key_arn = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"

  alarm_subscriptions = {
    pager = { protocol = "https", endpoint = "https://pager.example.com/shop", tiers = ["P1"] }
    desk  = { protocol = "email", endpoint = "desk@example.com", tiers = ["P2", "P3"] }
  }

  lambda_functions = {
    worker = { function_name = "shop-prod-worker", timeout_seconds = 100, reserved_concurrency = 20, insights = true, dead_letter_queue_name = "shop-prod-worker-dlq" }
    plain  = { function_name = "shop-prod-plain", timeout_seconds = 10 }
  }
  apis = {
    web  = { protocol = "HTTP", api_id = "a1b2c3", stage = "$default", access_log_group_name = "/aws/apigateway/shop-prod" }
    rest = { protocol = "REST", api_name = "shop-prod", stage = "live", timeout_seconds = 20 }
  }
  dynamodb_tables = { table = { table_name = "shop-prod", operations = ["GetItem", "Query"] } }
  queues = {
    order = { queue_name = "shop-prod-order", visibility_timeout_seconds = 300, dead_letter_queue_name = "shop-prod-order-dlq" }
    mail  = { queue_name = "shop-prod-mail", visibility_timeout_seconds = 30, oldest_message_alarm_seconds = 300 }
  }
  redis_nodes = { redis-1 = "shop-prod-001" }
  web_acls    = { edge = { metric_name = "shop-prod-edge" }, api = { metric_name = "shop-prod-api", region = "us-gov-west-1" } }
}

run "r11_each_tier_has_a_topic_and_a_subscriber" {
  command = plan

  assert {
    condition     = toset([for s in values(aws_sns_topic_subscription.tier) : "${s.protocol} ${s.endpoint}"]) == toset(["https https://pager.example.com/shop", "email desk@example.com"])
    error_message = "Each subscription of alarm_subscriptions is made."
  }

  assert {
    condition     = keys(aws_sns_topic_subscription.tier) == ["desk-p2", "desk-p3", "pager-p1"]
    error_message = "Each subscription is made for each of its tiers."
  }

  assert {
    condition     = alltrue([for topic in values(aws_sns_topic.tier) : topic.kms_master_key_id == var.kms_key_arn]) && length(aws_sns_topic.tier) == 3
    error_message = "There are three topics, encrypted with the key of the caller."
  }

  assert {
    condition     = alltrue([for tier in ["p1", "p2", "p3"] : strcontains(local.own_topic_arns[tier], "arn:aws-us-gov:sns:us-gov-west-1:123456789012:shop-prod-alarms-${tier}")])
    error_message = "ARNs of topics follow partition, region and account."
  }
}

run "r11_prod_without_readers_is_refused" {
  command = plan
  variables {
    alarm_subscriptions = {}
  }
  expect_failures = [var.alarm_subscriptions]
}

run "r11_prod_pages_by_more_than_mail" {
  command = plan
  variables {
    alarm_subscriptions = { desk = { protocol = "email", endpoint = "desk@example.com", tiers = ["P1", "P2", "P3"] } }
  }
  expect_failures = [var.alarm_subscriptions]
}

run "r11_one_tier_without_reader_is_refused" {
  command = plan
  variables {
    alarm_subscriptions = { pager = { protocol = "https", endpoint = "https://pager.example.com", tiers = ["P1", "P2"] } }
  }
  expect_failures = [var.alarm_subscriptions]
}

run "unknown_protocol_and_tier_are_refused" {
  command = plan
  variables {
    alarm_subscriptions = {
      pager = { protocol = "https", endpoint = "https://pager.example.com", tiers = ["P1", "P2", "P3"] }
      odd   = { protocol = "sms", endpoint = "+10000000000", tiers = ["P4"] }
    }
  }
  expect_failures = [var.alarm_subscriptions]
}

run "r34_the_tag_of_an_alarm_is_the_tier_of_its_topic" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in values(aws_cloudwatch_metric_alarm.this) :
      one(alarm.alarm_actions) == local.own_topic_arns[lower(alarm.tags.tier)] && alarm.tags.Controls == "IR-4 SI-4"
    ])
    error_message = "Each alarm goes to the topic of the tier it is tagged with."
  }

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.this) : can(regex(" Runbook: docs/runbooks/[a-z0-9-]+\\.md$", alarm.alarm_description))])
    error_message = "The description of each alarm ends with the address of its runbook."
  }

  assert {
    condition = toset([for key, alarm in aws_cloudwatch_metric_alarm.this : key if alarm.tags.tier == "P1"]) == toset([
      "order-queue-dlq", "plain-error-rate", "plain-throttles", "rest-5xx-rate", "table-errors", "table-throttled-GetItem", "table-throttled-Query",
      "table-throttled-reads", "table-throttled-writes", "web-5xx-rate", "worker-dlq", "worker-error-rate", "worker-throttles",
    ])
    error_message = "These alarms page, and no others."
  }
}

run "r43_percentiles_are_extended_statistics" {
  command = plan

  assert {
    condition = alltrue([
      for alarm in values(aws_cloudwatch_metric_alarm.this) :
      length(alarm.metric_query) > 0 ? alarm.statistic == null && alarm.extended_statistic == null : (alarm.statistic == null) != (alarm.extended_statistic == null)
    ])
    error_message = "Each alarm has exactly one statistic, or an expression."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["worker-duration"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.this["worker-duration"].threshold == 80000
    error_message = "The slowest calls are compared with 80 % of the timeout, in milliseconds."
  }
}

run "r26_r33_functions_with_limits_have_their_alarms" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["worker-concurrency"].threshold == 16 && aws_cloudwatch_metric_alarm.this["worker-concurrency"].statistic == "Maximum"
    error_message = "Concurrency is compared with 80 % of what is reserved."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["worker-memory"].metric_name == "memory_utilization" && aws_cloudwatch_metric_alarm.this["worker-memory"].dimensions == tomap({ function_name = "shop-prod-worker" })
    error_message = "Memory is watched where Lambda Insights measures it."
  }

  assert {
    condition     = length([for key in keys(aws_cloudwatch_metric_alarm.this) : key if startswith(key, "plain-")]) == 4
    error_message = "A function without reserved concurrency, Insights and dead-letter queue has four alarms."
  }
}

run "r06_throttling_is_watched_per_operation" {
  command = plan

  assert {
    condition = alltrue([
      for operation in ["GetItem", "Query"] :
      aws_cloudwatch_metric_alarm.this["table-throttled-${operation}"].dimensions == tomap({ TableName = "shop-prod", Operation = operation })
    ])
    error_message = "ThrottledRequests has the dimension Operation, without which it is never published."
  }

  assert {
    condition     = toset([for q in aws_cloudwatch_metric_alarm.this["table-errors"].metric_query : q.id]) == toset(["result", "getitem", "query"])
    error_message = "Errors of the service are summed over the operations."
  }
}

run "r31_apis_have_alarms_by_their_own_names" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["web-4xx"].metric_name == "4xx" && aws_cloudwatch_metric_alarm.this["rest-4xx"].metric_name == "4XXError"
    error_message = "HTTP and REST APIs count client errors under different names."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["rest-4xx"].dimensions == tomap({ ApiName = "shop-prod", Stage = "live" })
    error_message = "CloudWatch knows REST APIs by name."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["rest-latency"].threshold == 18000
    error_message = "Latency is compared with 90 % of the timeout."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["web-5xx-rate"].threshold == 1 && length(aws_cloudwatch_metric_alarm.this["web-5xx-rate"].metric_query) == 3
    error_message = "Failures are a share of the requests."
  }
}

run "x10_refused_callers_are_counted_from_the_access_log" {
  command = plan

  assert {
    condition     = keys(aws_cloudwatch_log_metric_filter.auth_failures) == ["web"]
    error_message = "The filter is made where the access log is named."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.auth_failures["web"].metric_transformation[0].name == aws_cloudwatch_metric_alarm.this["web-auth-failures"].metric_name && aws_cloudwatch_log_metric_filter.auth_failures["web"].metric_transformation[0].namespace == aws_cloudwatch_metric_alarm.this["web-auth-failures"].namespace
    error_message = "The alarm watches what the filter counts."
  }
}

run "queues_redis_and_web_acls_have_alarms" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["order-queue-age"].threshold == 600 && aws_cloudwatch_metric_alarm.this["mail-queue-age"].threshold == 300
    error_message = "A message is old after twice the visibility timeout, unless told otherwise."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["order-queue-dlq"].threshold == 0 && aws_cloudwatch_metric_alarm.this["order-queue-dlq"].dimensions == tomap({ QueueName = "shop-prod-order-dlq" })
    error_message = "One dead letter is an alarm."
  }

  assert {
    condition     = toset([for key in keys(aws_cloudwatch_metric_alarm.this) : key if startswith(key, "redis-1-")]) == toset(["redis-1-cpu", "redis-1-evictions", "redis-1-memory"])
    error_message = "Each node of Redis has its alarms."
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this["edge-blocked"].dimensions), "Region") && aws_cloudwatch_metric_alarm.this["api-blocked"].dimensions.Region == "us-gov-west-1"
    error_message = "Web ACLs of CloudFront have no region in their metrics."
  }
}

run "service_down_is_one_alarm_over_others" {
  command = plan
  variables {
    service_down_when = ["web-5xx-rate", "worker-error-rate"]
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.service_down[0].alarm_rule == "ALARM(\"shop-prod-web-5xx-rate\") OR ALARM(\"shop-prod-worker-error-rate\")"
    error_message = "The service is down when one of these alarms is on."
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.service_down[0].tags.tier == "P1" && one(aws_cloudwatch_composite_alarm.service_down[0].alarm_actions) == local.own_topic_arns.p1
    error_message = "That pages."
  }
}

run "service_down_names_alarms_that_exist" {
  command = plan
  variables {
    service_down_when = ["web-6xx-rate"]
  }
  expect_failures = [aws_cloudwatch_composite_alarm.service_down]
}

run "alarms_of_the_caller_are_made" {
  command = plan
  variables {
    topic_arns = { p1 = "arn:aws:sns:us-east-1:123456789012:one", p2 = "arn:aws:sns:us-east-1:123456789012:two", p3 = "arn:aws:sns:us-east-1:123456789012:three" }
    alarms = {
      orders-lost = { tier = "P2", description = "Orders are lost.", runbook = "orders-lost", namespace = "Shop", metric = "Lost", threshold = 0 }
    }
  }

  assert {
    condition     = one(aws_cloudwatch_metric_alarm.this["orders-lost"].alarm_actions) == "arn:aws:sns:us-east-1:123456789012:two" && length(aws_sns_topic.tier) == 0 && length(aws_sns_topic_subscription.tier) == 0
    error_message = "With topics of another call, none are made here."
  }
}

run "alarms_do_not_take_names_of_presets" {
  command = plan
  variables {
    alarms = { web-4xx = { tier = "P2", description = "Mine.", runbook = "mine", namespace = "Shop", metric = "Lost", threshold = 0 } }
  }
  expect_failures = [aws_cloudwatch_metric_alarm.this]
}
