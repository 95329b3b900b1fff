locals {
  flow_log_group = "/aws/vpc/${local.prefix}/flows"
  flow_log_arn   = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.flow_log_group}"
  flow_log_tags  = merge(local.tags, { Controls = "AU-11 AU-2 AU-9 SC-28" })
}

resource "aws_cloudwatch_log_group" "flow" {
  count = var.enable_flow_logs ? 1 : 0

  name              = local.flow_log_group
  retention_in_days = var.flow_log_retention_days
  kms_key_id        = var.flow_log_kms_key_arn
  tags              = local.flow_log_tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_flow_log" "this" {
  count = var.enable_flow_logs ? 1 : 0

  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  max_aggregation_interval = 60
  log_destination          = aws_cloudwatch_log_group.flow[0].arn
  iam_role_arn             = aws_iam_role.flow[0].arn
  tags                     = local.flow_log_tags
}

resource "aws_iam_role" "flow" {
  count = var.enable_flow_logs ? 1 : 0

  name        = "${local.prefix}-flow-logs"
  description = "Writes the flow logs of ${local.prefix}"
  tags        = merge(local.tags, { Controls = "AC-6" })

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "flow" {
  count = var.enable_flow_logs ? 1 : 0

  name = "flow-logs"
  role = aws_iam_role.flow[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = [local.flow_log_arn, "${local.flow_log_arn}:*"]
    }]
  })
}
