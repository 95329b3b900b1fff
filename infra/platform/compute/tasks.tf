# A function that waits for requests is frozen, so what the API does beside them is asked for from outside.
locals {
  tasks = { start_due_scans = "rate(1 minute)", sweep = "rate(1 minute)" }
}

resource "aws_scheduler_schedule_group" "tasks" {
  name = "${local.prefix}-tasks"
  tags = local.tags
}

resource "aws_scheduler_schedule" "task" {
  for_each = local.tasks

  name                = each.key
  group_name          = aws_scheduler_schedule_group.tasks.name
  description         = "Lets the API do its task ${each.key}"
  schedule_expression = each.value
  state               = var.tasks_enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.functions["api"].alias_arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ task = each.key })

    # The next one comes by itself, and does what this one did not.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name = "${local.prefix}-scheduler"
  tags = merge(local.tags, { Controls = "AC-6" })
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule/${local.prefix}-tasks/*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "invoke"
  role = aws_iam_role.scheduler.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Invoke"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = local.functions["api"].alias_arn
    }]
  })
}
