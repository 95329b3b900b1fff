locals {
  api_dimensions = ["ApiName", var.api.name, "Stage", var.api.stage]

  # One graph each: title, metrics, and what differs from sums over five minutes.
  graphs = concat(
    [
      {
        title   = "API: requests, refused, failed"
        metrics = [for metric in ["Count", "4XXError", "5XXError"] : concat(["AWS/ApiGateway", metric], local.api_dimensions)]
      },
      {
        title   = "API: time to answer (p50, p99)"
        metrics = [for stat in ["p50", "p99"] : concat(["AWS/ApiGateway", "Latency"], local.api_dimensions, [{ stat = stat, label = stat }])]
      },
      {
        title   = "API: refused sign-ins and tokens"
        metrics = [["${local.prefix}/security", "gateway-auth-failures"], [local.log_namespace, "denied-requests"]]
      },
      {
        title   = "Functions: errors"
        metrics = [for function in values(var.functions) : ["AWS/Lambda", "Errors", "FunctionName", function.name]]
      },
      {
        title   = "Functions: slowest calls (p99)"
        metrics = [for function in values(var.functions) : ["AWS/Lambda", "Duration", "FunctionName", function.name, { stat = "p99" }]]
      },
      {
        title   = "Functions: running at once"
        metrics = [for function in values(var.functions) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", function.name, { stat = "Maximum" }]]
      },
      {
        title   = "Messages by service and outcome"
        metrics = [for outcome in ["handled", "failed", "rejected"] : [{ expression = "SEARCH('{MCPAudit,service,message_type} MetricName=\"${outcome}\"', 'Sum', 300)", label = outcome }]]
      },
      {
        title   = "Queues: age of the oldest message"
        metrics = [for queue in values(var.queues) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue.name, { stat = "Maximum" }]]
      },
      {
        title   = "Dead letters"
        metrics = [for queue in values(var.queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.dead_letter_queue_name, { stat = "Maximum" }]]
      },
      {
        title   = "Table: consumed and throttled"
        metrics = [for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"] : ["AWS/DynamoDB", metric, "TableName", var.table_name]]
      },
      {
        title   = "Mail: sent, bounced, complained of"
        metrics = [for metric in ["Send", "Bounce", "Complaint"] : ["AWS/SES", metric, "ses:configuration-set", var.mail_configuration_set]]
      },
    ],
    [for containers in [values(var.containers)] : {
      title   = "Containers: tasks running"
      metrics = [for container in containers : ["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", container.cluster_name, "ServiceName", container.service_name, { stat = "Maximum" }]]
    } if length(containers) > 0],
    [for name in keys(var.containers) : {
      title   = "Tests: finished, failed, too long"
      metrics = [for metric in ["tests-finished", "tests-failed", "tests-too-long"] : [local.log_namespace, metric]]
    } if name == "test-orchestrator"],
    [for websocket in var.websocket[*] : {
      title   = "WebSocket: connections"
      metrics = [for metric in ["ActiveConnectionCount", "NewConnectionCount"] : ["AWS/ApplicationELB", metric, "LoadBalancer", websocket.load_balancer_arn_suffix]]
    }],
    [for nodes in [var.redis_node_ids] : {
      title   = "Redis: processor and memory, percent"
      metrics = [for pair in setproduct(nodes, ["EngineCPUUtilization", "DatabaseMemoryUsagePercentage"]) : ["AWS/ElastiCache", pair[1], "CacheClusterId", pair[0], { stat = "Maximum" }]]
    } if length(nodes) > 0],
    [for web_acl in var.web_acls.edge[*] : {
      title   = "Web ACL of CloudFront: allowed, blocked"
      metrics = [for metric in ["AllowedRequests", "BlockedRequests"] : ["AWS/WAFV2", metric, "WebACL", web_acl, "Rule", "ALL", { region = "us-east-1" }]]
    }],
  )

  alarm_arns = [
    for alarm in values(module.alarms.alarm_names) :
    "arn:${data.aws_partition.current.partition}:cloudwatch:${local.region}:${data.aws_caller_identity.current.account_id}:alarm:${alarm}"
  ]
}

resource "aws_cloudwatch_dashboard" "platform" {
  dashboard_name = local.prefix

  dashboard_body = jsonencode({
    widgets = concat(
      [{ type = "alarm", x = 0, y = 0, width = 24, height = 4, properties = { title = "Alarms", alarms = local.alarm_arns } }],
      [
        for place, graph in local.graphs : {
          type   = "metric"
          x      = place % 3 * 8
          y      = 4 + floor(place / 3) * 6
          width  = 8
          height = 6
          properties = {
            title   = graph.title
            metrics = graph.metrics
            region  = local.region
            stat    = "Sum"
            period  = 300
          }
        }
      ],
    )
  })
}
