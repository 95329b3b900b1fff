locals {
  # The ARN of a secret ends in six characters that its making draws; without them it is known before.
  secrets_read = flatten([for arn in concat(values(var.secret_arns), compact([var.origin_verify_secret_arn])) : [arn, "${arn}-??????"]])

  server_statements = concat(
    [
      {
        Sid      = "OwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_group_name}:*"]
      },
      {
        Sid      = "OwnDeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [local.arn.queue]
      },
      # Whatever key it is: only for what the services above and below let the function read and write.
      {
        Sid      = "KeysThroughServices"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = ["arn:${local.partition}:kms:${local.region}:${local.account}:key/*"]
        Condition = {
          StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "lambda", "secretsmanager", "sqs"] : "${service}.${local.region}.amazonaws.com"] }
        }
      },
      # These actions know no resource of ours beforehand.
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
        ]
        Resource = ["*"]
      },
      # Lambda attaches the function; its code has no business there.
      {
        Sid       = "CodeChangesNoNetwork"
        Effect    = "Deny"
        Action    = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
        Resource  = ["*"]
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.arn.function } }
      },
    ],
    var.enable_xray_tracing ? [{
      Sid      = "Trace"
      Effect   = "Allow"
      Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      Resource = ["*"]
    }] : [],
    length(local.secrets_read) == 0 ? [] : [{
      Sid      = "NamedSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = local.secrets_read
    }],
    # With tenant isolation only the sessions that the token vending machine hands out reach the table.
    local.has_session_table && !var.enable_tenant_isolation ? [{
      Sid      = "Sessions"
      Effect   = "Allow"
      Action   = [for operation in local.session_operations : "dynamodb:${operation}"]
      Resource = [local.arn.table]
    }] : [],
  )
}

resource "aws_iam_role" "server" {
  name        = "${local.prefix}-server"
  description = "What the MCP server ${var.name} may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })

  tags = merge(local.tags, { Controls = "AC-6" })
}

resource "aws_iam_role_policy" "server" {
  name   = "server"
  role   = aws_iam_role.server.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.server_statements })
}
