mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws-us-gov" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-gov-west-1" }
  }
}

variables {
  environment = "prod"
  kms_key_arn = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/messaging"
}

run "the_queues_are_those_of_the_platform_table" {
  command = plan

  assert {
    condition = { for key, queue in aws_sqs_queue.this : queue.name => [queue.visibility_timeout_seconds, queue.message_retention_seconds] } == {
      "mcp-audit-prod-scan-queue"     = [300, 345600]
      "mcp-audit-prod-test-queue"     = [300, 345600]
      "mcp-audit-prod-report-queue"   = [180, 345600]
      "mcp-audit-prod-alert-queue"    = [30, 345600]
      "mcp-audit-prod-metering-queue" = [60, 1209600]
    }
    error_message = "Names, visibility timeouts or retention of the queues differ from the platform table."
  }

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.receive_wait_time_seconds == 20])
    error_message = "Every queue must be polled long."
  }
}

run "x11_every_queue_has_a_redrive_tls_only_policy_and_key" {
  command = plan

  assert {
    condition = alltrue([
      for key, queue in aws_sqs_queue.this : jsondecode(queue.redrive_policy) == {
        deadLetterTargetArn = "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:${queue.name}-dlq"
        maxReceiveCount     = 3
      }
    ])
    error_message = "A message must go to the dead-letter queue of its queue after three receives."
  }

  assert {
    condition     = { for key, queue in aws_sqs_queue.dead_letters : key => queue.name } == { for key, queue in aws_sqs_queue.this : key => "${queue.name}-dlq" }
    error_message = "Every queue needs a dead-letter queue of its own."
  }

  assert {
    condition = alltrue([
      for key, queue in aws_sqs_queue.dead_letters : jsondecode(queue.redrive_allow_policy) == {
        redrivePermission = "byQueue"
        sourceQueueArns   = ["arn:aws-us-gov:sqs:us-gov-west-1:111122223333:${aws_sqs_queue.this[key].name}"]
      } && queue.message_retention_seconds == 1209600
    ])
    error_message = "A dead-letter queue must take messages of its own queue only, and keep them for 14 days."
  }

  assert {
    condition = alltrue([
      for policy in concat(values(aws_sqs_queue_policy.this), values(aws_sqs_queue_policy.dead_letters)) :
      contains([for statement in jsondecode(policy.policy).Statement : try(statement.Effect == "Deny" && statement.Principal == "*" && statement.Condition.Bool["aws:SecureTransport"] == "false", false)], true)
    ])
    error_message = "Every queue must refuse requests without TLS."
  }

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead_letters)) : queue.kms_master_key_id == var.kms_key_arn])
    error_message = "Every queue must be encrypted with our key."
  }
}

run "r50_keys_of_queues_are_reused_for_an_hour" {
  command = plan

  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.this), values(aws_sqs_queue.dead_letters)) : queue.kms_data_key_reuse_period_seconds == 3600])
    error_message = "Data keys must be reused for an hour, or every message is a request to KMS."
  }
}

run "only_the_topic_sends_to_the_queues_that_subscribe" {
  command = plan

  assert {
    condition = { for key, policy in aws_sqs_queue_policy.this : key => [for statement in jsondecode(policy.policy).Statement : statement.Condition.ArnEquals["aws:SourceArn"] if statement.Effect == "Allow"] } == {
      alert    = ["arn:aws-us-gov:sns:us-gov-west-1:111122223333:mcp-audit-prod-events"]
      metering = ["arn:aws-us-gov:sns:us-gov-west-1:111122223333:mcp-audit-prod-events"]
      report   = []
      scan     = []
      test     = []
    }
    error_message = "A queue policy may let the topic of all facts send, and nobody else."
  }

  assert {
    condition = { for key, subscription in aws_sns_topic_subscription.this : key => [subscription.endpoint, subscription.raw_message_delivery, jsondecode(subscription.filter_policy)] } == {
      for key, subscription in jsondecode(file("../../topology.json")).topic.subscriptions : key => [
        "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:mcp-audit-prod-${key}-queue", true, subscription.filter_policy
      ]
    }
    error_message = "The subscriptions must be those of infra/topology.json, with raw delivery."
  }

  assert {
    condition     = alltrue([for key, subscription in aws_sns_topic_subscription.this : jsondecode(subscription.redrive_policy).deadLetterTargetArn == "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:mcp-audit-prod-${key}-queue-dlq"])
    error_message = "What the topic cannot deliver must go to the dead-letter queue."
  }

  assert {
    condition     = aws_sns_topic.events.kms_master_key_id == var.kms_key_arn
    error_message = "The topic must be encrypted with our key."
  }
}

run "mail_is_sent_encrypted_and_measured" {
  command = plan

  variables {
    mail_identity = "mail.example.org"
    mail_sender   = "alerts@mail.example.org"
  }

  assert {
    condition     = aws_sesv2_configuration_set.mail.delivery_options[0].tls_policy == "REQUIRE" && aws_sesv2_configuration_set.mail.reputation_options[0].reputation_metrics_enabled
    error_message = "Mail must be sent with TLS, and its bounces be measured."
  }

  assert {
    condition     = aws_sesv2_email_identity.mail.email_identity == "mail.example.org" && aws_sesv2_email_identity.mail.configuration_set_name == "mcp-audit-prod-mail"
    error_message = "The identity must be the given one and use the configuration set by default."
  }
}

run "a_sender_of_another_domain_is_refused" {
  command = plan

  variables {
    mail_sender = "alerts@elsewhere.example"
  }

  expect_failures = [aws_sesv2_email_identity.mail]
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name          = "MCP"
    environment   = "production"
    tags          = { Environment = "dev" }
    kms_key_arn   = "messaging"
    mail_identity = "nowhere"
    mail_sender   = "alerts"
  }

  expect_failures = [var.name, var.environment, var.tags, var.kms_key_arn, var.mail_identity, var.mail_sender]
}
