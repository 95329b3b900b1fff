output "functions" {
  description = "Lambda services: name, ARN, alias, log group, timeout, memory and reserved concurrency."
  value       = local.functions
}

output "containers" {
  description = "Fargate services: cluster, service and log group."
  value       = local.containers
}

output "api" {
  description = "What a gateway in front of the API invokes."
  value = {
    function_name = local.functions["api"].name
    alias_arn     = local.functions["api"].alias_arn
    invoke_arn    = local.functions["api"].invoke_arn
  }
}

output "websocket" {
  description = "Load balancer of progress-fanout; null where that is not deployed."
  value       = local.websocket
}

output "roles" {
  description = "Role of each service."
  value       = local.role_arns
}
