output "distribution_id" {
  description = "ID of the distribution."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "ARN of the distribution; the web app's bucket lets it read."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_domain_name" {
  description = "Name of the distribution, which records of custom_domain_name point at."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "distribution_hosted_zone_id" {
  description = "Zone of that name, for alias records."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}

output "web_acl_arn" {
  description = "ARN of the web ACL; null without enable_waf."
  value       = one(aws_wafv2_web_acl.this[*].arn)
}

output "web_acl_metric_name" {
  description = "Name of the web ACL in CloudWatch (us-east-1); null without enable_waf."
  value       = one(aws_wafv2_web_acl.this[*].name)
}

output "waf_log_group_name" {
  description = "Log group of the web ACL, in us-east-1; null without enable_waf."
  value       = one(aws_cloudwatch_log_group.waf[*].name)
}
