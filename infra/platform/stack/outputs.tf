output "urls" {
  description = "Where the platform is reached: for people, and the API without CloudFront."
  value = {
    public = local.public_url
    api    = module.edge.api.url
  }
}

output "distribution" {
  description = "The CloudFront distribution, which the domain has to point at; null without it."
  value       = module.edge.distribution
}

output "identity" {
  description = "User pool, clients and addresses of sign-in."
  value       = module.auth.identity
}

output "queues" {
  description = "Queues with their dead-letter queues."
  value       = module.messaging.queues
}

output "topic_arn" {
  description = "Topic of all facts."
  value       = module.messaging.topic_arn
}

output "table_name" {
  description = "Name of the table."
  value       = module.data.table.name
}

output "buckets" {
  description = "Names of the buckets by key of infra/topology.json."
  value       = { for key, bucket in module.data.buckets : key => bucket.name }
}

output "functions" {
  description = "Lambda services."
  value       = module.compute.functions
}

output "containers" {
  description = "Fargate services."
  value       = module.compute.containers
}

output "mail_dkim_tokens" {
  description = "Tokens for the CNAME records that prove that the mail domain is ours."
  value       = module.messaging.mail_dkim_tokens
}

output "nat_public_ips" {
  description = "Addresses that targets and GitHub see us come from."
  value       = flatten(module.network[*].nat_public_ips)
}

output "alarm_topic_arns" {
  description = "Topics of alarms by tier."
  value       = module.observability.topic_arns
}
