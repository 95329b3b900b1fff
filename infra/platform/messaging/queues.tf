locals {
  queues = {
    for key, queue in local.topology.queues : key => merge(local.topology.queue_defaults, queue, {
      name = replace(queue.name, "{env}", var.environment)
    })
  }
  # From names, because the policies below are to be known before the queues exist.
  queue_arn_prefix       = "arn:${local.partition}:sqs:${local.region}:${local.account}:"
  queue_arns             = { for key, queue in local.queues : key => "${local.queue_arn_prefix}${queue.name}" }
  dead_letter_queue_arns = { for key, arn in local.queue_arns : key => "${arn}-dlq" }

  # Seconds that the function which consumes a queue may take. Programs on Fargate extend the visibility as they go.
  function_timeouts = {
    for name, service in local.topology.services : service.consumes => service.timeout_seconds
    if service.consumes != null && service.timeout_seconds != null
  }

  refuse_plain_http = {
    Sid       = "RefusePlainHttp"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }
  take_events = {
    Sid       = "TakeEvents"
    Effect    = "Allow"
    Principal = { Service = "sns.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Condition = { ArnEquals = { "aws:SourceArn" = local.topic_arn } }
  }
}

resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                              = each.value.name
  visibility_timeout_seconds        = each.value.visibility_timeout_seconds
  message_retention_seconds         = each.value.retention_seconds
  receive_wait_time_seconds         = each.value.receive_wait_seconds
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 3600
  redrive_policy = jsonencode({
    deadLetterTargetArn = local.dead_letter_queue_arns[each.key]
    maxReceiveCount     = each.value.max_receive_count
  })
  tags = merge(local.tags, local.controls)

  # The redrive policy names its queue by a text, so the order has to be said.
  depends_on = [aws_sqs_queue.dead_letters]

  lifecycle {
    precondition {
      condition     = each.value.visibility_timeout_seconds >= lookup(local.function_timeouts, each.key, 0)
      error_message = "The visibility timeout of queue ${each.key} must not be shorter than the timeout of its function, or a message is handled twice at the same time."
    }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  for_each = local.queues

  name                              = "${each.value.name}-dlq"
  message_retention_seconds         = each.value.dead_letter_retention_seconds
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 3600
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arns[each.key]]
  })
  tags = merge(local.tags, local.controls)
}

resource "aws_sqs_queue_policy" "this" {
  for_each = local.queues

  queue_url = aws_sqs_queue.this[each.key].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in concat([local.refuse_plain_http], [for event in [local.take_events] : event if contains(keys(local.subscriptions), each.key)]) :
      merge(statement, { Resource = local.queue_arns[each.key] })
    ]
  })
}

resource "aws_sqs_queue_policy" "dead_letters" {
  for_each = local.queues

  queue_url = aws_sqs_queue.dead_letters[each.key].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in concat([local.refuse_plain_http], [for event in [local.take_events] : event if contains(keys(local.subscriptions), each.key)]) :
      merge(statement, { Resource = local.dead_letter_queue_arns[each.key] })
    ]
  })
}
