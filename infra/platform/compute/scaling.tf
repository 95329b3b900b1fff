locals {
  task_resources = { for service in local.containers_deployed : service => "service/${local.cluster_name}/${service}" }
  running_tasks = {
    for service in local.containers_deployed : service => {
      namespace  = "ECS/ContainerInsights"
      metric     = "RunningTaskCount"
      stat       = "Average"
      dimensions = { ClusterName = local.cluster_name, ServiceName = service }
    }
  }

  # How much work there is for each running task, and how much each should have.
  work = {
    for service, work in {
      # Waiting and running tests together, so that nothing is taken away while tests run.
      test-orchestrator = {
        expression = "(waiting + running) / IF(tasks > 0, tasks, 1)"
        target     = local.tests_per_task
        metrics = {
          waiting = { namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", stat = "Average", dimensions = { QueueName = var.queues["test"].name } }
          running = { namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesNotVisible", stat = "Average", dimensions = { QueueName = var.queues["test"].name } }
        }
      }
      progress-fanout = {
        expression = "connections / IF(tasks > 0, tasks, 1)"
        target     = floor(local.connections_per_task * 0.7)
        metrics = {
          connections = { namespace = "AWS/ApplicationELB", metric = "ActiveConnectionCount", stat = "Sum", dimensions = { LoadBalancer = try(aws_lb.websocket[0].arn_suffix, "") } }
        }
      }
    } : service => merge(work, { metrics = merge(work.metrics, { tasks = local.running_tasks[service] }) })
    if contains(local.containers_deployed, service)
  }
}

resource "aws_appautoscaling_target" "this" {
  for_each = local.containers_deployed

  service_namespace  = "ecs"
  resource_id        = local.task_resources[each.key]
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = local.counts[each.key].min
  max_capacity       = local.counts[each.key].max
  tags               = merge(local.tags, { Service = each.key })

  depends_on = [aws_ecs_service.this]
}

resource "aws_appautoscaling_policy" "work" {
  for_each = local.containers_deployed

  name               = "${local.prefix}-${each.key}-work"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.this[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.this[each.key].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = local.work[each.key].target
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    customized_metric_specification {
      dynamic "metrics" {
        for_each = local.work[each.key].metrics
        content {
          id          = metrics.key
          return_data = false
          metric_stat {
            stat = metrics.value.stat
            metric {
              namespace   = metrics.value.namespace
              metric_name = metrics.value.metric
              dynamic "dimensions" {
                for_each = metrics.value.dimensions
                content {
                  name  = dimensions.key
                  value = dimensions.value
                }
              }
            }
          }
        }
      }
      metrics {
        id          = "work_per_task"
        label       = "Work per running task"
        expression  = local.work[each.key].expression
        return_data = true
      }
    }
  }
}

# Messages cost more than connections do: a busy test has thousands of watchers.
resource "aws_appautoscaling_policy" "processor" {
  for_each = setintersection(local.containers_deployed, ["progress-fanout"])

  name               = "${local.prefix}-${each.key}-processor"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.this[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.this[each.key].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
