mock_provider "aws" {
  source = "./tests/mocks"
}

run "r53_r23_usage_is_protected" {
  command = plan

  assert {
    condition = alltrue([
      aws_dynamodb_table.usage.point_in_time_recovery[0].enabled, aws_dynamodb_table.usage.ttl[0].enabled, aws_dynamodb_table.usage.deletion_protection_enabled,
      aws_dynamodb_table.usage.server_side_encryption[0].kms_key_arn == var.kms_key_arn,
    ])
    error_message = "Usage is encrypted, can be restored and cannot be deleted in prod."
  }

  assert {
    condition     = aws_dynamodb_table.usage.hash_key == "tenant_id" && aws_dynamodb_table.usage.range_key == "period" && one(aws_dynamodb_table.usage.global_secondary_index).name == "period-index"
    error_message = "Usage is kept by tenant and period, and read by period."
  }
}

run "the_server_only_adds" {
  command = plan

  variables {
    usage_event_queue_arn = "arn:aws:sqs:us-east-1:123456789012:metering"
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.server.policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      AddUsage        = [["dynamodb:UpdateItem"], ["arn:aws:dynamodb:us-east-1:123456789012:table/tools-prod-usage"]]
      SendUsageEvents = [["sqs:SendMessage"], ["arn:aws:sqs:us-east-1:123456789012:metering"]]
    }
    error_message = "The server adds usage and sends usage events, and reads neither."
  }
}

run "r10_metrics_per_tenant" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_metric_filter.tenant["requests-0"].metric_transformation[0].dimensions == tomap({ TenantId = "$.tenant_id" })
    error_message = "Metrics of metered tenants have the tenant as a dimension."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.tenant["errors-0"].pattern == "{ (($.tenant_id = \"acme\") || ($.tenant_id = \"globex\")) && (($.status = \"4*\") || ($.status = \"5*\")) }"
    error_message = "Only metered tenants become metrics, which are billed each."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_contributor_insight_rule.by_tenant)) == toset(["errors", "requests"])
    error_message = "All tenants are ranked by requests and by errors."
  }
}

run "r10_fifty_tenants_fit" {
  command = plan

  variables {
    metered_tenant_ids = [for number in range(50) : format("a-tenant-with-a-name-as-long-as-allowed%02d", number)]
  }

  assert {
    condition     = length(aws_cloudwatch_log_metric_filter.tenant) == 10 && alltrue([for filter in aws_cloudwatch_log_metric_filter.tenant : length(filter.pattern) <= 1024])
    error_message = "Fifty tenants need ten filters, none longer than a pattern may be."
  }
}

run "r06_alarms" {
  command = plan

  assert {
    condition = toset(keys(module.alarms.alarm_names)) == toset([
      "all-quota", "all-errors", "tenant-acme-quota", "tenant-acme-errors", "tenant-globex-quota", "tenant-globex-errors", "usage-throttled",
    ])
    error_message = "Quota and errors are watched for all together and for each metered tenant, and the table for throttling."
  }
}

run "r09_dashboard" {
  command = plan

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 4
    error_message = "The dashboard shows requests and errors, and who causes most of both."
  }
}

run "without_a_log_there_are_no_metrics" {
  command = plan

  variables {
    api_log_group_name = null
  }

  assert {
    condition     = output.request_count_metric_filter_name == null && length(output.contributor_rule_arns) == 0 && toset(keys(module.alarms.alarm_names)) == toset(["usage-throttled"])
    error_message = "Metrics come from the access log; without one only the table is watched."
  }
}

run "switched_off" {
  command = plan

  variables {
    enable_quota_alarm          = false
    enable_contributor_insights = false
    alarm_sns_topic_arn         = "arn:aws:sns:us-east-1:123456789012:all"
    alarm_subscriptions         = {}
  }

  assert {
    condition     = length(aws_cloudwatch_contributor_insight_rule.by_tenant) == 0 && !contains(keys(module.alarms.alarm_names), "all-quota") && output.sns_topic_arn == var.alarm_sns_topic_arn
    error_message = "Quota alarms and rankings can be left out, and alarms can go to a topic that exists."
  }
}

run "r34_existing_topics_by_tier" {
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
    condition     = output.sns_topic_arn == "arn:aws:sns:us-east-1:123456789012:p1" && module.alarms.topic_arns.p2 == "arn:aws:sns:us-east-1:123456789012:p2"
    error_message = "Alarms of each tier go to its topic."
  }
}
