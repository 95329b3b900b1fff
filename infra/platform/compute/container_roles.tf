locals {
  tasks_assume = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
  # Repositories of ECR among the images; others are public or not ours to open.
  repositories = {
    for service, image in var.container_images : service => [
      for found in regexall("^([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.[^/]+/([^@:]+)", image) :
      "arn:${local.partition}:ecr:${found[1]}:${found[0]}:repository/${found[2]}"
    ]
  }
  pull_images = {
    for service, repositories in merge(local.repositories, { "" = distinct(flatten(values(local.repositories))) }) : service => [
      for statement in [
        { Sid = "SignInToRegistry", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
        { Sid = "Images", Effect = "Allow", Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = repositories },
      ] : statement if length(repositories) > 0
    ]
  }
}

# What the program may do.
resource "aws_iam_role" "task" {
  for_each = local.containers_deployed

  name                 = local.role_names[each.key]
  description          = "What ${each.key} may do"
  assume_role_policy   = local.tasks_assume
  permissions_boundary = local.boundary_arn
  tags                 = merge(local.tags, { Controls = "AC-6", Service = each.key })
}

resource "aws_iam_role_policy" "task" {
  for_each = toset([for service in local.containers_deployed : service if length(local.statements[service]) > 0])

  name = "service"
  role = aws_iam_role.task[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.statements[each.key] : merge(
        { Sid = statement.sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources },
        length(statement.conditions) > 0 ? { Condition = statement.conditions } : {},
      )
    ]
  })
}

resource "aws_iam_role_policy" "task_keys" {
  for_each = toset([for service in local.containers_deployed : service if length(local.keys_used[service]) > 0])

  name = "keys"
  role = aws_iam_role.task[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Keys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = local.keys_used[each.key]
      Condition = { StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "s3", "sns", "sqs"] : "${service}.${local.region}.${local.dns_suffix}"] } }
    }]
  })
}

# What Fargate does to start it: take the image, read secrets, write logs.
resource "aws_iam_role" "execution" {
  for_each = local.containers_deployed

  name                 = "${local.role_names[each.key]}-start"
  description          = "What Fargate may do to start ${each.key}"
  assume_role_policy   = local.tasks_assume
  permissions_boundary = local.boundary_arn
  tags                 = merge(local.tags, { Controls = "AC-6", Service = each.key })
}

resource "aws_iam_role_policy" "execution" {
  for_each = local.containers_deployed

  name = "start"
  role = aws_iam_role.execution[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.container_groups[each.key]}:*"
      }],
      [for statement in local.may_read_secrets[each.key] : { Sid = statement.sid, Effect = "Allow", Action = statement.actions, Resource = statement.resources }],
      local.pull_images[each.key],
    )
  })
}

resource "aws_iam_role_policy" "execution_keys" {
  for_each = local.containers_deployed

  name = "keys"
  role = aws_iam_role.execution[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Keys"
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = var.kms_key_arns.secrets
      Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.${local.dns_suffix}" } }
    }]
  })
}
