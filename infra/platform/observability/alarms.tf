locals {
  queue_settings = { for key, queue in local.topology.queues : key => merge(local.topology.queue_defaults, queue) }

  dead_letter_queues = [for queue in values(var.queues) : queue.dead_letter_queue_name]

  log_metric = { for name in keys(local.log_metrics) : name => { namespace = local.log_namespace, metric = name } }

  container_alarms = merge([
    for name, container in var.containers : {
      "${name}-running" = {
        tier        = "P1"
        description = "No task of ${container.service_name} is running."
        runbook     = "service-down"
        namespace   = "ECS/ContainerInsights"
        metric      = "RunningTaskCount"
        stat        = "Maximum"
        dimensions  = { ClusterName = container.cluster_name, ServiceName = container.service_name }
        comparison  = "LessThanThreshold"
        threshold   = 1
        period      = 60
        evaluations = 5
        missing     = "breaching"
      }
      "${name}-memory" = {
        tier        = "P3"
        description = "Tasks of ${container.service_name} use over 85 % of their memory."
        runbook     = "container-memory"
        namespace   = "AWS/ECS"
        metric      = "MemoryUtilization"
        stat        = "Maximum"
        dimensions  = { ClusterName = container.cluster_name, ServiceName = container.service_name }
        threshold   = 85
        evaluations = 3
      }
      "${name}-errors" = merge(local.log_metric["${name}-errors"], {
        tier        = "P2"
        description = "${container.service_name} logged more than 5 errors in 5 minutes."
        runbook     = "container-errors"
        threshold   = 5
      })
    }
  ]...)

  test_alarms = merge([for name in keys(var.containers) : {
    test-deadline = merge(local.log_metric["tests-too-long"], {
      tier        = "P1"
      description = "A test did not finish within 30 minutes."
      runbook     = "test-deadline"
      threshold   = 0
    })
    tests-failed = {
      tier        = "P2"
      description = "Half of the tests of an hour could not be done."
      runbook     = "tests-failed"
      expression  = "IF(failed + finished >= 5, 100 * failed / (failed + finished), 0)"
      threshold   = 50
      period      = 3600
      metrics = {
        failed   = local.log_metric["tests-failed"]
        finished = local.log_metric["tests-finished"]
      }
    }
  } if name == "test-orchestrator"]...)

  service_alarms = {
    denied-requests = merge(local.log_metric["denied-requests"], {
      tier        = "P2"
      description = "The API refused over 50 requests in 5 minutes for want of a token or rights."
      runbook     = "api-auth-failures"
      threshold   = 50
    })
    limited-requests = merge(local.log_metric["limited-requests"], {
      tier        = "P2"
      description = "Clients went on for 15 minutes although their limits were used up."
      runbook     = "rate-limited"
      threshold   = 50
      evaluations = 3
    })
    unlimited-clients = merge(local.log_metric["unlimited-clients"], {
      tier        = "P2"
      description = "The API cannot limit its clients, as Redis does not answer."
      runbook     = "redis"
      threshold   = 0
    })
    commands-resent = merge(local.log_metric["commands-resent"], {
      tier        = "P2"
      description = "Commands were stored, and not sent or not taken up."
      runbook     = "outbox"
      threshold   = 0
    })
  }

  # From the platform's own configuration set. Beyond 5 % bounces or 0.1 % complaints SES reviews the account.
  mail_alarms = {
    for name, alarm in { mail-bounces = { metric = "Bounce", percent = 5 }, mail-complaints = { metric = "Complaint", percent = 0.1 } } :
    name => {
      tier        = "P2"
      description = "Over ${alarm.percent} % of the mails of an hour ended in a ${lower(alarm.metric)}."
      runbook     = "mail-bounces"
      expression  = "IF(sent >= 20, 100 * refused / sent, 0)"
      threshold   = alarm.percent
      period      = 3600
      metrics = {
        for id, metric in { sent = "Send", refused = alarm.metric } :
        id => { namespace = "AWS/SES", metric = metric, dimensions = { "ses:configuration-set" = var.mail_configuration_set } }
      }
    }
  }

  websocket_alarms = merge([for websocket in var.websocket[*] : {
    websocket-unhealthy = {
      tier        = "P2"
      description = "Tasks of progress-fanout fail their health check."
      runbook     = "websocket"
      namespace   = "AWS/ApplicationELB"
      metric      = "UnHealthyHostCount"
      stat        = "Maximum"
      dimensions  = { LoadBalancer = websocket.load_balancer_arn_suffix, TargetGroup = websocket.target_group_arn_suffix }
      threshold   = 0
      evaluations = 2
    }
    websocket-errors = {
      tier        = "P2"
      description = "Over 10 WebSockets in 5 minutes could not be opened."
      runbook     = "websocket"
      expression  = "refused + failed"
      threshold   = 10
      metrics = {
        for id, metric in { refused = "HTTPCode_ELB_5XX_Count", failed = "HTTPCode_Target_5XX_Count" } :
        id => { namespace = "AWS/ApplicationELB", metric = metric, dimensions = { LoadBalancer = websocket.load_balancer_arn_suffix } }
      }
    }
  }]...)
}

module "alarms" {
  source = "../../modules/cloudwatch_alarms"

  name                = var.name
  environment         = var.environment
  tags                = var.tags
  cost_center         = var.cost_center
  service             = "observability"
  runbook_base        = var.runbook_base
  kms_key_arn         = var.kms_key_arn
  alarm_subscriptions = var.alarm_subscriptions

  # Queues tell of their own dead letters below.
  lambda_functions = {
    for name, function in var.functions : name => {
      function_name          = function.name
      timeout_seconds        = function.timeout_seconds
      reserved_concurrency   = function.reserved_concurrency
      insights               = function.insights
      dead_letter_queue_name = try(contains(local.dead_letter_queues, function.dead_letter_queue_name), true) ? null : function.dead_letter_queue_name
    }
  }

  queues = {
    for key, queue in var.queues : key => {
      queue_name                   = queue.name
      visibility_timeout_seconds   = local.queue_settings[key].visibility_timeout_seconds
      oldest_message_alarm_seconds = local.queue_settings[key].oldest_message_alarm_seconds
      dead_letter_queue_name       = queue.dead_letter_queue_name
    }
  }

  apis = {
    gateway = {
      protocol              = "REST"
      api_name              = var.api.name
      stage                 = var.api.stage
      timeout_seconds       = 29
      access_log_group_name = var.api.access_log_group_name
    }
  }

  dynamodb_tables = {
    table = {
      table_name = var.table_name
      operations = ["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"]
    }
  }

  redis_nodes = { for number, node in var.redis_node_ids : "redis-${number + 1}" => node }
  web_acls    = var.web_acls.origin == null ? {} : { waf-origin = { metric_name = var.web_acls.origin, region = local.region } }

  alarms = merge(local.container_alarms, local.test_alarms, local.service_alarms, local.mail_alarms, local.websocket_alarms)

  service_down_when = concat(
    ["api-error-rate", "api-throttles", "gateway-5xx-rate", "table-errors"],
    [for name in keys(var.containers) : "${name}-running"],
  )
}

# CloudFront's web ACL is counted in us-east-1, and an alarm notifies topics of its own region only.
module "edge_alarms" {
  source    = "../../modules/cloudwatch_alarms"
  count     = var.web_acls.edge == null ? 0 : 1
  providers = { aws = aws.us_east_1 }

  name                = var.name
  environment         = var.environment
  tags                = var.tags
  cost_center         = var.cost_center
  service             = "edge"
  runbook_base        = var.runbook_base
  topic_arns          = local.region == "us-east-1" ? module.alarms.topic_arns : null
  kms_key_arn         = var.edge_kms_key_arn
  alarm_subscriptions = var.alarm_subscriptions

  web_acls = { waf-edge = { metric_name = var.web_acls.edge } }
}
