locals {
  lambda_alarms = merge([
    for key, function in var.lambda_functions : merge(
      {
        "${key}-errors" = {
          tier        = "P2"
          description = "${function.function_name} failed more than 5 times in 5 minutes."
          runbook     = "lambda-errors"
          namespace   = "AWS/Lambda"
          metric      = "Errors"
          dimensions  = { FunctionName = function.function_name }
          threshold   = 5
        }
        # Twice in a row: one failure of a function that is hardly called is 100 % of it.
        "${key}-error-rate" = {
          tier        = "P1"
          description = "More than 5 % of the calls of ${function.function_name} fail."
          runbook     = "lambda-errors"
          expression  = "IF(invocations > 0, 100 * errors / invocations, 0)"
          threshold   = 5
          evaluations = 2
          metrics = {
            for id, metric in { errors = "Errors", invocations = "Invocations" } :
            id => { namespace = "AWS/Lambda", metric = metric, stat = "Sum", dimensions = { FunctionName = function.function_name } }
          }
        }
        "${key}-duration" = {
          tier        = "P2"
          description = "One in a hundred calls of ${function.function_name} takes over 80 % of its ${function.timeout_seconds} s."
          runbook     = "lambda-duration"
          namespace   = "AWS/Lambda"
          metric      = "Duration"
          stat        = "p99"
          dimensions  = { FunctionName = function.function_name }
          threshold   = 0.8 * function.timeout_seconds * 1000
          evaluations = 3
        }
        "${key}-throttles" = {
          tier        = "P1"
          description = "Calls of ${function.function_name} are turned away."
          runbook     = "lambda-throttles"
          namespace   = "AWS/Lambda"
          metric      = "Throttles"
          dimensions  = { FunctionName = function.function_name }
          threshold   = 0
        }
      },
      function.reserved_concurrency == null ? {} : {
        "${key}-concurrency" = {
          tier        = "P2"
          description = "${function.function_name} uses over 80 % of its ${function.reserved_concurrency} concurrent executions."
          runbook     = "lambda-concurrency"
          namespace   = "AWS/Lambda"
          metric      = "ConcurrentExecutions"
          stat        = "Maximum"
          dimensions  = { FunctionName = function.function_name }
          threshold   = 0.8 * function.reserved_concurrency
          evaluations = 3
        }
      },
      function.insights ? {
        "${key}-memory" = {
          tier        = "P3"
          description = "${function.function_name} uses over 85 % of its memory."
          runbook     = "lambda-memory"
          namespace   = "LambdaInsights"
          metric      = "memory_utilization"
          stat        = "Maximum"
          dimensions  = { function_name = function.function_name }
          threshold   = 85
          evaluations = 3
        }
      } : {},
      function.dead_letter_queue_name == null ? {} : {
        "${key}-dlq" = merge(local.dead_letters, {
          description = "${function.function_name} gave up on a call."
          dimensions  = { QueueName = function.dead_letter_queue_name }
        })
      },
    )
  ]...)
}
