locals {
  topic_name       = replace(local.topology.topic.name, "{env}", var.environment)
  topic_arn_prefix = "arn:${local.partition}:sns:${local.region}:${local.account}:"
  topic_arn        = "${local.topic_arn_prefix}${local.topic_name}"
  subscriptions    = local.topology.topic.subscriptions
}

resource "aws_sns_topic" "events" {
  name              = local.topic_name
  kms_master_key_id = var.kms_key_arn
  tags              = merge(local.tags, local.controls)
}

# Who may publish is said by the roles of the services alone; the topic only refuses what is not encrypted on its way.
resource "aws_sns_topic_policy" "events" {
  arn = aws_sns_topic.events.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = local.topic_arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn            = aws_sns_topic.events.arn
  protocol             = "sqs"
  endpoint             = local.queue_arns[each.key]
  raw_message_delivery = each.value.raw_message_delivery
  filter_policy_scope  = "MessageAttributes"
  filter_policy        = jsonencode(each.value.filter_policy)
  # What the topic cannot deliver goes where people look already.
  redrive_policy = jsonencode({ deadLetterTargetArn = local.dead_letter_queue_arns[each.key] })

  depends_on = [aws_sqs_queue_policy.this, aws_sqs_queue_policy.dead_letters]
}
