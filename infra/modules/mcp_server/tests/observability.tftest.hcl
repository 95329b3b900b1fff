mock_provider "aws" {
  source = "./tests/mocks"
}

run "r06_r26_r31_r33_alarms" {
  command = plan

  assert {
    condition = toset(keys(module.alarms.alarm_names)) == toset([
      "api-4xx", "api-5xx-rate", "api-auth-failures", "api-latency", "refused-tool-calls", "server-concurrency", "server-dlq", "server-duration",
      "server-error-rate", "server-errors", "server-memory", "server-throttles", "sessions-errors", "sessions-throttled",
    ])
    error_message = "These fourteen alarms watch a server with sessions; the cost table counts them."
  }
}

run "x10_audit_log_reaches_the_siem" {
  command = plan

  variables {
    audit_log_destination_arn = "arn:aws:logs:us-east-1:210987654321:destination:siem"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_subscription_filter.audit)) == toset(["access", "server"])
    error_message = "The access log and the server's log go to the SIEM."
  }
}

run "x10_refused_tools_are_counted" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_metric_filter.refused_tool_calls.pattern == "{ ($.audit = \"tool.call\") && (($.outcome = \"denied\") || ($.outcome = \"error\")) }"
    error_message = "Calls of tools that were denied or failed are counted."
  }
}

run "r11_r34_existing_topics" {
  command = plan

  variables {
    alarm_subscriptions = {}
    alarm_topic_arns = {
      p1 = "arn:aws:sns:us-east-1:123456789012:p1"
      p2 = "arn:aws:sns:us-east-1:123456789012:p2"
      p3 = "arn:aws:sns:us-east-1:123456789012:p3"
    }
  }

  assert {
    condition     = output.sns_topic_arn == "arn:aws:sns:us-east-1:123456789012:p1"
    error_message = "Alarms go to the topics that exist."
  }
}

run "one_existing_topic" {
  command = plan

  variables {
    alarm_subscriptions = {}
    alarm_sns_topic_arn = "arn:aws:sns:us-east-1:123456789012:all"
  }

  assert {
    condition     = toset(values(output.alarm_topic_arns)) == toset(["arn:aws:sns:us-east-1:123456789012:all"])
    error_message = "Alarms of every tier go to the topic that exists."
  }
}

run "r42_cost_tags" {
  command = plan

  assert {
    condition     = length(setsubtract(["CostCenter", "Environment", "ManagedBy", "Project", "Service"], keys(aws_sqs_queue.dead_letters.tags))) == 0
    error_message = "Costs can be told apart by tags."
  }
}

run "cold_starts_are_reminded_of" {
  command = plan

  variables {
    provisioned_concurrency = 0
  }

  expect_failures = [check.cold_starts]
}
