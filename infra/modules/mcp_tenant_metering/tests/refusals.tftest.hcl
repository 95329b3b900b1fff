# Each run sets values wrong and names the inputs that say so.
mock_provider "aws" {
  source = "./tests/mocks"
}

run "r42_r19_r10_inputs_refused" {
  command = plan

  variables {
    name                           = "Tools"
    tags                           = { Service = "x" }
    cost_center                    = ""
    kms_key_arn                    = ""
    lambda_role_name               = ""
    api_log_group_name             = "a log"
    metric_namespace               = "AWS/Tools"
    usage_ttl_days                 = 30
    quota_request_threshold        = 0
    quota_alarm_evaluation_periods = 0
    error_rate_threshold           = 0
    alarm_sns_topic_arn            = "topic"
    runbook_base                   = "docs/"
    metered_tenant_ids             = [for number in range(51) : "tenant-${number}"]
    usage_event_queue_arn          = "metering"
  }

  expect_failures = [
    var.name,
    var.tags,
    var.cost_center,
    var.kms_key_arn,
    var.lambda_role_name,
    var.api_log_group_name,
    var.metric_namespace,
    var.usage_ttl_days,
    var.quota_request_threshold,
    var.quota_alarm_evaluation_periods,
    var.error_rate_threshold,
    var.alarm_sns_topic_arn,
    var.runbook_base,
    var.metered_tenant_ids,
    var.usage_event_queue_arn,
  ]
}

run "environment_refused" {
  command = plan

  variables {
    environment = "test"
  }

  expect_failures = [var.environment]
}

run "r11_no_subscriber_and_odd_period_refused" {
  command = plan

  variables {
    alarm_subscriptions = {}
    quota_alarm_period  = 90
    metered_tenant_ids  = ["*"]
    usage_ttl_days      = 0
  }

  expect_failures = [
    var.alarm_subscriptions,
    var.quota_alarm_period,
    var.metered_tenant_ids,
    var.usage_ttl_days,
  ]
}

run "quota_over_eight_days_refused" {
  command = plan

  variables {
    quota_alarm_evaluation_periods = 8
  }

  expect_failures = [var.quota_alarm_period]
}

run "short_periods_over_a_day_refused" {
  command = plan

  variables {
    quota_alarm_period             = 300
    quota_alarm_evaluation_periods = 300
  }

  expect_failures = [var.quota_alarm_period]
}

run "both_kinds_of_topics_refused" {
  command = plan

  variables {
    alarm_sns_topic_arn = "arn:aws:sns:us-east-1:123456789012:all"
    alarm_topic_arns = {
      p1 = "arn:aws:sns:us-east-1:123456789012:p1"
      p2 = "arn:aws:sns:us-east-1:123456789012:p2"
      p3 = "arn:aws:sns:us-east-1:123456789012:p3"
    }
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
