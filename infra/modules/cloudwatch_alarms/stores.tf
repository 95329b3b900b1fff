locals {
  # Throttled requests are published per operation only: an alarm on the table alone would never fire.
  dynamodb_alarms = merge([
    for key, table in var.dynamodb_tables : merge(
      {
        for what, metric in { reads = "ReadThrottleEvents", writes = "WriteThrottleEvents" } :
        "${key}-throttled-${what}" => {
          tier        = "P1"
          description = "DynamoDB throttles ${what} of ${table.table_name}."
          runbook     = "dynamodb-throttles"
          namespace   = "AWS/DynamoDB"
          metric      = metric
          dimensions  = { TableName = table.table_name }
          threshold   = 0
        }
      },
      {
        for operation in table.operations :
        "${key}-throttled-${operation}" => {
          tier        = "P1"
          description = "DynamoDB throttles ${operation} of ${table.table_name}."
          runbook     = "dynamodb-throttles"
          namespace   = "AWS/DynamoDB"
          metric      = "ThrottledRequests"
          dimensions  = { TableName = table.table_name, Operation = operation }
          threshold   = 0
        }
      },
      {
        "${key}-errors" = {
          tier        = "P1"
          description = "DynamoDB fails at requests to ${table.table_name}."
          runbook     = "dynamodb-errors"
          expression  = "SUM(METRICS())"
          threshold   = 0
          metrics = {
            for operation in table.operations :
            lower(operation) => { namespace = "AWS/DynamoDB", metric = "SystemErrors", stat = "Sum", dimensions = { TableName = table.table_name, Operation = operation } }
          }
        }
      },
    )
  ]...)

  # Redis is never the truth: none of these pages.
  redis_alarms = merge([
    for key, node in var.redis_nodes : {
      for what, alarm in {
        cpu       = { tier = "P2", metric = "EngineCPUUtilization", threshold = 80, text = "uses over 80 % of its processor" }
        memory    = { tier = "P2", metric = "DatabaseMemoryUsagePercentage", threshold = 80, text = "uses over 80 % of its memory" }
        evictions = { tier = "P3", metric = "Evictions", threshold = 0, text = "drops keys before they expire" }
      } :
      "${key}-${what}" => {
        tier        = alarm.tier
        description = "The Redis node ${node} ${alarm.text}."
        runbook     = "redis"
        namespace   = "AWS/ElastiCache"
        metric      = alarm.metric
        stat        = "Maximum"
        dimensions  = { CacheClusterId = node }
        threshold   = alarm.threshold
        evaluations = 3
      }
    }
  ]...)

  waf_alarms = {
    for key, web_acl in var.web_acls : "${key}-blocked" => {
      tier        = "P2"
      description = "The web ACL ${web_acl.metric_name} blocked over ${web_acl.blocked_threshold} requests in 5 minutes."
      runbook     = "waf-blocked"
      namespace   = "AWS/WAFV2"
      metric      = "BlockedRequests"
      dimensions = merge(
        { WebACL = web_acl.metric_name, Rule = "ALL" },
        web_acl.region == null ? {} : { Region = web_acl.region },
      )
      threshold = web_acl.blocked_threshold
    }
  }
}
