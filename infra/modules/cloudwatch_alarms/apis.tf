locals {
  # What CloudWatch calls the same things of each kind of API.
  api_metrics = {
    HTTP      = { count = "Count", client_errors = "4xx", server_errors = "5xx", latency = "Latency" }
    REST      = { count = "Count", client_errors = "4XXError", server_errors = "5XXError", latency = "Latency" }
    WEBSOCKET = { count = "MessageCount", client_errors = "ClientError", server_errors = "ExecutionError", latency = "IntegrationLatency" }
  }

  api_dimensions = {
    for key, api in var.apis :
    key => api.protocol == "REST" ? { ApiName = api.api_name, Stage = api.stage } : { ApiId = api.api_id, Stage = api.stage }
  }

  security_namespace = "${local.prefix}/security"

  api_alarms = merge([
    for key, api in var.apis : merge(
      {
        "${key}-5xx-rate" = {
          tier        = "P1"
          description = "More than 1 % of the requests to the API ${key} fail on our side."
          runbook     = "api-5xx"
          expression  = "IF(requests > 0, 100 * failures / requests, 0)"
          threshold   = 1
          evaluations = 2
          metrics = {
            for id, kind in { failures = "server_errors", requests = "count" } :
            id => { namespace = "AWS/ApiGateway", metric = local.api_metrics[api.protocol][kind], stat = "Sum", dimensions = local.api_dimensions[key] }
          }
        }
        "${key}-4xx" = {
          tier        = "P3"
          description = "The API ${key} refused over 100 requests in 5 minutes."
          runbook     = "api-4xx"
          namespace   = "AWS/ApiGateway"
          metric      = local.api_metrics[api.protocol].client_errors
          dimensions  = local.api_dimensions[key]
          threshold   = 100
        }
        "${key}-latency" = {
          tier        = "P2"
          description = "One in a hundred answers of the API ${key} takes over 90 % of its ${api.timeout_seconds} s."
          runbook     = "api-latency"
          namespace   = "AWS/ApiGateway"
          metric      = local.api_metrics[api.protocol].latency
          stat        = "p99"
          dimensions  = local.api_dimensions[key]
          threshold   = 0.9 * api.timeout_seconds * 1000
          evaluations = 3
        }
      },
      api.access_log_group_name == null ? {} : {
        "${key}-auth-failures" = {
          tier        = "P2"
          description = "Over 50 callers of the API ${key} in 5 minutes had no valid token or too few rights."
          runbook     = "api-auth-failures"
          namespace   = local.security_namespace
          metric      = "${key}-auth-failures"
          threshold   = 50
        }
      },
    )
  ]...)
}

# Access logs have the status as a string, whatever the API.
resource "aws_cloudwatch_log_metric_filter" "auth_failures" {
  for_each = { for key, api in var.apis : key => api if api.access_log_group_name != null }

  name           = "${local.prefix}-${each.key}-auth-failures"
  log_group_name = each.value.access_log_group_name
  pattern        = "{ ($.status = \"401\") || ($.status = \"403\") }"

  metric_transformation {
    namespace     = local.security_namespace
    name          = "${each.key}-auth-failures"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}
