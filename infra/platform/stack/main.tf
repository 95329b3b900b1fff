data "aws_region" "current" {}

# The platform in one place. Each part says what it needs; here is where it gets it from.
locals {
  # One key per class of data: who may read one has no use of the others.
  keys = {
    data      = { description = "Table and buckets", service_principals = ["dynamodb", "s3"] }
    messaging = { description = "Queues, topics and alarms", service_principals = ["cloudwatch", "events", "sns", "sqs"] }
    logs      = { description = "Logs", service_principals = ["logs"] }
    secrets   = { description = "Secrets, settings of functions, Redis", service_principals = ["elasticache", "lambda", "secretsmanager"] }
  }

  public_url   = coalesce(var.public_url, var.domain_name == null ? null : "https://${var.domain_name}", "https://localhost")
  web_origins  = var.domain_name == null ? [] : ["https://${var.domain_name}"]
  progress_url = "${replace(local.public_url, "/^http/", "ws")}/ws"
}

module "key" {
  source   = "../../modules/kms"
  for_each = local.keys

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  alias_name              = "${var.name}-${var.environment}-${each.key}"
  description             = each.value.description
  service_principals      = each.value.service_principals
  admin_principal_arns    = var.key_admin_arns
  deletion_window_in_days = var.environment == "dev" ? 7 : 30
}

module "network" {
  source = "../network"
  count  = var.enable_network ? 1 : 0

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  cidr_block                = var.cidr_block
  availability_zones        = var.availability_zones
  nat_gateways              = var.nat_gateways
  interface_endpoints       = var.interface_endpoints
  endpoint_zone_count       = var.endpoint_zone_count
  cloudfront_prefix_list_id = var.cloudfront_prefix_list_id
  logs_kms_key_arn          = module.key["logs"].key_arn
}

module "data" {
  source = "../data"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  kms_key_arn         = module.key["data"].key_arn
  deletion_protection = var.deletion_protection
  web_origins         = local.web_origins
  replicas            = var.replicas
}

module "messaging" {
  source = "../messaging"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  kms_key_arn   = module.key["messaging"].key_arn
  mail_identity = var.mail_identity
  mail_sender   = var.mail_sender
}

module "auth" {
  source = "../auth"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  deletion_protection = var.deletion_protection
  domain_prefix       = var.sign_in_domain_prefix
  callback_urls       = [for origin in local.web_origins : "${origin}/signed-in"]
  identity_providers  = var.identity_providers
  mail                = var.environment == "dev" ? null : module.messaging.mail
}

module "cache" {
  source = "../cache"
  count  = var.enable_network && var.enable_cache ? 1 : 0

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  kms_key_arn                  = module.key["secrets"].key_arn
  logs_kms_key_arn             = module.key["logs"].key_arn
  log_retention_days           = var.log_retention_days
  subnet_ids                   = module.network[0].network.isolated_subnet_ids
  security_group_ids           = [module.network[0].network.redis_security_group]
  node_type                    = var.cache_node_type
  node_count                   = var.cache_node_count
  secret_rotation_function_arn = var.secret_rotation_function_arn
}

module "compute" {
  source = "../compute"

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  artifacts_dir        = var.artifacts_dir
  architecture         = var.architecture
  container_images     = var.container_images
  container_counts     = var.container_counts
  reserved_concurrency = var.reserved_concurrency
  insights_layer_arn   = var.insights_layer_arn
  log_retention_days   = var.log_retention_days
  deletion_protection  = var.deletion_protection
  tasks_enabled        = var.tasks_enabled
  extra_environment    = var.extra_environment

  kms_key_arns       = { for class, key in module.key : class => key.key_arn }
  queues             = module.messaging.queues
  topic_arn          = module.messaging.topic_arn
  mail               = module.messaging.mail
  table              = module.data.table
  buckets            = module.data.buckets
  identity           = module.auth.identity
  network            = one(module.network[*].network)
  redis_secret       = one(module.cache[*].redis_secret)
  access_logs_bucket = module.data.access_logs_bucket.name

  public_url                   = local.public_url
  progress_url                 = local.progress_url
  allowed_origins              = local.web_origins
  websocket_certificate_arn    = var.websocket_certificate_arn
  trusted_proxies              = var.enable_cdn ? 2 : 1
  github_secret_arns           = var.github_secret_arns
  secret_rotation_function_arn = var.secret_rotation_function_arn
}

module "edge" {
  source = "../edge"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  kms_key_arns = {
    logs      = module.key["logs"].key_arn
    edge_logs = coalesce(var.edge_logs_kms_key_arn, module.key["logs"].key_arn)
    secrets   = module.key["secrets"].key_arn
  }
  api                   = module.compute.api
  identity              = module.auth.identity
  websocket             = module.compute.websocket
  websocket_domain_name = var.websocket_domain_name
  webapp_bucket         = module.data.buckets["webapp"]
  access_logs_bucket    = module.data.access_logs_bucket

  enable_cdn          = var.enable_cdn
  enable_waf          = var.enable_waf
  domain_name         = var.domain_name
  certificate_arn     = var.certificate_arn
  api_domain_name     = var.api_domain_name
  api_certificate_arn = var.api_certificate_arn
  hosted_zone_id      = var.hosted_zone_id
}

module "observability" {
  source = "../observability"
  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  runbook_base          = var.runbook_base
  kms_key_arn           = module.key["messaging"].key_arn
  edge_kms_key_arn      = var.edge_alarms_kms_key_arn
  alarm_subscriptions   = var.alarm_subscriptions
  audit_log_destination = var.audit_log_destination

  functions              = module.compute.functions
  containers             = module.compute.containers
  queues                 = module.messaging.queues
  table_name             = module.data.table.name
  redis_node_ids         = flatten(module.cache[*].redis.member_ids)
  mail_configuration_set = module.messaging.mail.configuration_set_name
  api                    = module.edge.api
  web_acls               = module.edge.web_acls
  websocket              = module.compute.websocket
}
