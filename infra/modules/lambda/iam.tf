locals {
  # Only traces and the list of network interfaces are allowed on *: their
  # actions know no narrower resource.
  statements = [
    {
      Sid      = "Logs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${local.log_group_arn}:*"]
    },
    var.enable_xray_tracing ? {
      Sid      = "Traces"
      Effect   = "Allow"
      Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      Resource = ["*"]
    } : null,
    var.enable_insights ? {
      Sid      = "Insights"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda-insights:*"]
    } : null,
    local.in_vpc ? {
      Sid      = "Interfaces"
      Effect   = "Allow"
      Action   = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]
      Resource = ["arn:${local.partition}:ec2:${local.region}:${local.account}:*/*"]
    } : null,
    local.in_vpc ? {
      Sid      = "ListInterfaces"
      Effect   = "Allow"
      Action   = ["ec2:DescribeNetworkInterfaces"]
      Resource = ["*"]
    } : null,
    # The interfaces are for Lambda itself: code that is taken over could attach
    # some to other networks.
    local.in_vpc ? {
      Sid       = "NoInterfacesFromCode"
      Effect    = "Deny"
      Action    = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"]
      Resource  = ["*"]
      Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [local.function_arn] } }
    } : null,
    var.dead_letter_target_arn != null ? {
      Sid      = "DeadLetters"
      Effect   = "Allow"
      Action   = [can(regex(":sqs:", var.dead_letter_target_arn)) ? "sqs:SendMessage" : "sns:Publish"]
      Resource = [var.dead_letter_target_arn]
    } : null,
    var.event_source != null ? {
      Sid      = "EventSource"
      Effect   = "Allow"
      Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource = [try(var.event_source.queue_arn, null)]
    } : null,
  ]

  # A policy of its own: no name leads to the ARN of a key or secret, and one that
  # does not exist yet would hide the whole policy from the plan.
  key_and_secret_statements = [
    {
      Sid       = "OwnKeys"
      Effect    = "Allow"
      Action    = var.dead_letter_target_arn == null ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = distinct(compact([var.kms_key_arn, var.dead_letter_kms_key_arn, try(var.event_source.kms_key_arn, null)]))
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["lambda", "secretsmanager", "sns", "sqs"] : "${service}.${local.service_domain}"] } }
    },
    length(var.data_kms_key_arns) > 0 ? {
      Sid       = "DataKeys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = distinct(var.data_kms_key_arns)
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "s3", "secretsmanager", "sns", "sqs"] : "${service}.${local.service_domain}"] } }
    } : null,
    length(var.secret_arns) > 0 ? {
      Sid      = "Secrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = distinct(values(var.secret_arns))
    } : null,
  ]

  further_statements = [
    for statement in var.policy_statements : merge(
      {
        Sid      = statement.sid
        Effect   = "Allow"
        Action   = statement.actions
        Resource = statement.resources
      },
      length(statement.conditions) > 0 ? { Condition = statement.conditions } : {},
    )
  ]
}

resource "aws_iam_role" "this" {
  name                 = local.function_name
  description          = "What ${local.function_name} may do"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = merge(local.tags, { Controls = "AC-6" })

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "function"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([for statement in local.statements : statement if statement != null], local.further_statements)
  })
}

resource "aws_iam_role_policy" "keys_and_secrets" {
  name = "keys-and-secrets"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [for statement in local.key_and_secret_statements : statement if statement != null]
  })
}
