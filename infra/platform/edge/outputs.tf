output "api" {
  description = "The gateway before the API: name and stage for alarms, the log group of its access log, and its address without CloudFront."
  value = {
    id                    = aws_api_gateway_rest_api.this.id
    name                  = aws_api_gateway_rest_api.this.name
    stage                 = aws_api_gateway_stage.live.stage_name
    access_log_group_name = aws_cloudwatch_log_group.access.name
    url                   = "https://${local.api_host}${local.api_path}"
  }
}

output "distribution" {
  description = "The CloudFront distribution; null without enable_cdn."
  value = one([for edge in module.cdn : {
    id          = edge.distribution_id
    arn         = edge.distribution_arn
    domain_name = edge.distribution_domain_name
  }])
}

output "web_acls" {
  description = "Names of the web ACLs in CloudWatch, as platform/observability watches them."
  value = {
    edge   = one(module.cdn[*].web_acl_metric_name)
    origin = one(aws_wafv2_web_acl.origin[*].name)
  }
}
