# infra/policy/iam-matrix.json says what each service may do; it is a template, because names differ by environment.
locals {
  matrix = jsondecode(templatefile("${path.module}/../../policy/iam-matrix.json", {
    table        = var.table.arn
    bucket       = { for key, bucket in var.buckets : key => bucket.arn }
    queue        = { for key, queue in var.queues : key => queue.arn }
    dead_letters = { for key, queue in var.queues : key => queue.dead_letter_queue_arn }
    topic        = var.topic_arn
    mail = {
      identity          = var.mail.identity_arn
      configuration_set = var.mail.configuration_set_arn
      sender            = var.mail.sender
    }
  }))
  statements = {
    for service, statements in local.matrix : service => [
      for statement in statements : {
        sid        = statement.sid
        actions    = statement.actions
        resources  = statement.resources
        conditions = lookup(statement, "conditions", {})
      }
    ]
  }

  # Whoever handles messages and items needs the keys of both. Apart from the matrix and in policies of their own, because no
  # plan knows a key that is still to be made, and one unknown value would hide all other rights.
  keys_used = { for service, statements in local.statements : service => length(statements) == 0 ? [] : [var.kms_key_arns.data, var.kms_key_arns.messaging] }

  # By the name of the resource: known in a plan, and no role is made before it is there.
  boundary_arn = "arn:${local.partition}:iam::${local.account}:policy/${aws_iam_policy.boundary.name}"

  # What some service may do, by the AWS service that is asked.
  all_statements = flatten(values(local.statements))
  asked          = distinct([for action in flatten(local.all_statements[*].actions) : split(":", action)[0]])
  outer_limits = {
    for asked in local.asked : asked => {
      actions   = distinct(flatten([for statement in local.all_statements : [for action in statement.actions : action if startswith(action, "${asked}:")]]))
      resources = distinct(flatten([for statement in local.all_statements : statement.resources if anytrue([for action in statement.actions : startswith(action, "${asked}:")])]))
    }
  }
}

# Whatever a role is given later: nothing beyond what services of ours do, and nothing that hands out rights.
resource "aws_iam_policy" "boundary" {
  name        = "${local.prefix}-service"
  description = "Outer limit of every role of a service of ${local.prefix}"
  tags        = merge(local.tags, { Controls = "AC-6" })

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for asked in sort(keys(local.outer_limits)) : {
        Sid      = title(replace(asked, "-", ""))
        Effect   = "Allow"
        Action   = local.outer_limits[asked].actions
        Resource = local.outer_limits[asked].resources
      }],
      [
        {
          Sid      = "Keys"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = "arn:${local.partition}:kms:${local.region}:${local.account}:key/*"
          Condition = {
            StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "lambda", "s3", "secretsmanager", "sns", "sqs"] : "${service}.${local.region}.${local.dns_suffix}"] }
          }
        },
        {
          Sid      = "Secrets"
          Effect   = "Allow"
          Action   = "secretsmanager:GetSecretValue"
          Resource = distinct(concat(["arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:${local.prefix}/*"], values(var.github_secret_arns)))
        },
        {
          Sid      = "FailedInvocations"
          Effect   = "Allow"
          Action   = "sqs:SendMessage"
          Resource = local.failed_invocations_arn
        },
        {
          Sid    = "Logs"
          Effect = "Allow"
          Action = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = [for group in ["ecs/${local.prefix}/*", "lambda/${local.prefix}-*", "lambda-insights"] :
            "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/${group}:*"
          ]
        },
      ],
      local.pull_images[""],
      [
        {
          Sid      = "Interfaces"
          Effect   = "Allow"
          Action   = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]
          Resource = "arn:${local.partition}:ec2:${local.region}:${local.account}:*/*"
        },
        {
          Sid      = "TracesAndListOfInterfaces"
          Effect   = "Allow"
          Action   = ["ec2:DescribeNetworkInterfaces", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
          Resource = "*"
        },
        {
          Sid      = "NoRightsToGive"
          Effect   = "Deny"
          Action   = ["account:*", "iam:*", "organizations:*", "sts:AssumeRole"]
          Resource = "*"
        },
      ],
    )
  })
}
