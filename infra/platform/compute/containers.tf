locals {
  # progress-fanout is of use only where clients reach it and where it reaches Redis.
  containers_deployed = toset([
    for service in keys(var.container_images) : service
    if service != "progress-fanout" || (var.websocket_certificate_arn != null && var.redis_secret != null)
  ])

  ports                = { test-orchestrator = 8080, progress-fanout = 8081 }
  processor_units      = { test-orchestrator = 512, progress-fanout = 256 }
  tests_per_task       = 4
  connections_per_task = 20000
  # The longest that Fargate lets a task finish its work.
  stop_seconds = 120
  # Each connection is an open file.
  open_files = { test-orchestrator = 8192, progress-fanout = 32768 }

  counts           = { for service in local.container_services : service => lookup(var.container_counts, service, { min = 1, max = 4 }) }
  container_groups = { for service in local.container_services : service => "/aws/ecs/${local.prefix}/${service}" }
  cluster_name     = local.prefix
  role_names       = { for service in local.container_services : service => "${local.prefix}-${service}" }

  container_definitions = {
    for service in local.containers_deployed : service => {
      name                   = service
      image                  = var.container_images[service]
      essential              = true
      readonlyRootFilesystem = true
      privileged             = false
      user                   = "65532:65532"
      stopTimeout            = local.stop_seconds
      portMappings           = [{ containerPort = local.ports[service], hostPort = local.ports[service], protocol = "tcp" }]
      ulimits                = [{ name = "nofile", softLimit = local.open_files[service], hardLimit = local.open_files[service] }]
      linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
      environment            = [for setting in sort(keys(local.settings[service])) : { name = setting, value = local.settings[service][setting] }]
      # The image has neither a shell nor a client for HTTP.
      healthCheck = { command = ["CMD", "/service", "--check-health"], interval = 30, timeout = 5, retries = 3, startPeriod = 15 }
      secrets     = [for setting in sort(keys(local.secrets[service])) : { name = setting, valueFrom = local.secrets[service][setting].id }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.container_groups[service]
          awslogs-region        = local.region
          awslogs-stream-prefix = service
        }
      }
    }
  }

  containers = {
    for service, deployed in aws_ecs_service.this : service => {
      cluster_name   = local.cluster_name
      service_name   = deployed.name
      log_group_name = local.container_groups[service]
    }
  }
  role_arns = merge(
    { for service, function in module.function : service => function.role_arn },
    { for service in local.containers_deployed : service => aws_iam_role.task[service].arn },
  )
}

resource "aws_ecs_cluster" "this" {
  count = length(local.containers_deployed) > 0 ? 1 : 0

  name = local.cluster_name
  tags = merge(local.tags, { Controls = "SI-4" })

  # Also where the number of running tasks comes from, which the scaling below divides by.
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "container" {
  for_each = local.containers_deployed

  name              = local.container_groups[each.key]
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = merge(local.tags, { Controls = "AU-11 AU-2 AU-3 AU-9 SC-28", Service = each.key })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.containers_deployed

  family                   = "${local.prefix}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.processor_units[each.key]
  memory                   = local.services[each.key].memory_mb
  execution_role_arn       = aws_iam_role.execution[each.key].arn
  task_role_arn            = aws_iam_role.task[each.key].arn
  tags                     = merge(local.tags, { Controls = "CM-7", Service = each.key })

  runtime_platform {
    cpu_architecture        = upper(var.architecture)
    operating_system_family = "LINUX"
  }

  container_definitions = jsonencode([local.container_definitions[each.key]])
}

resource "aws_ecs_service" "this" {
  for_each = local.containers_deployed

  name                               = each.key
  cluster                            = aws_ecs_cluster.this[0].arn
  task_definition                    = aws_ecs_task_definition.this[each.key].arn
  launch_type                        = "FARGATE"
  desired_count                      = local.counts[each.key].min
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = each.key == "progress-fanout" ? 30 : null
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"
  tags                               = merge(local.tags, { Controls = "SC-7", Service = each.key })

  network_configuration {
    subnets          = var.network.private_subnet_ids
    security_groups  = compact([var.network.worker_security_group, each.key == "progress-fanout" ? var.network.websocket_security_group : null])
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = each.key == "progress-fanout" ? aws_lb_target_group.websocket : []
    content {
      target_group_arn = load_balancer.value.arn
      container_name   = each.key
      container_port   = local.ports[each.key]
    }
  }

  # A version that does not start is taken back without anybody's doing.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # The number of tasks is the business of the scaling.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.execution_keys, aws_iam_role_policy.task, aws_iam_role_policy.task_keys, aws_lb_listener.websocket]
}
