locals {
  # By name, so that a plan tells which alarm goes where before anything exists.
  own_topic_arns = {
    for tier in ["p1", "p2", "p3"] :
    tier => "arn:${data.aws_partition.current.partition}:sns:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:${local.prefix}-alarms-${tier}"
  }

  topic_arns = var.topic_arns == null ? local.own_topic_arns : { p1 = var.topic_arns.p1, p2 = var.topic_arns.p2, p3 = var.topic_arns.p3 }

  deliveries = merge([
    for name, subscription in var.alarm_subscriptions : {
      for tier in subscription.tiers : "${name}-${lower(tier)}" => {
        tier     = lower(tier)
        protocol = subscription.protocol
        endpoint = subscription.endpoint
      }
    }
  ]...)
}

resource "aws_sns_topic" "tier" {
  for_each = var.topic_arns == null ? local.own_topic_arns : {}

  name              = "${local.prefix}-alarms-${each.key}"
  kms_master_key_id = var.kms_key_arn

  tags = merge(local.tags, { Controls = "IR-4 SC-28" })
}

resource "aws_sns_topic_policy" "tier" {
  for_each = aws_sns_topic.tier

  arn = each.value.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AlarmsPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.own_topic_arns[each.key]
        Condition = {
          StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:cloudwatch:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:alarm:*" }
        }
      },
      {
        Sid       = "OnlyEncryptedConnections"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.own_topic_arns[each.key]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "tier" {
  for_each = var.topic_arns == null ? local.deliveries : {}

  topic_arn = aws_sns_topic.tier[each.value.tier].arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}
