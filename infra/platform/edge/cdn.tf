module "cdn" {
  source    = "../../modules/cloudfront_waf"
  count     = var.enable_cdn ? 1 : 0
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  name        = var.name
  environment = var.environment
  tags        = var.tags
  cost_center = var.cost_center

  custom_domain_name = var.domain_name
  certificate_arn    = var.certificate_arn
  hosted_zone_id     = var.hosted_zone_id

  api_domain_name   = local.api_host
  api_origin_path   = local.api_path
  api_path_patterns = ["/v1/*", "/openapi.json", "/healthz"]

  origin_verify = local.guarded ? { secret_arn = terraform_data.accepted_secret[0].output } : null

  webapp_bucket = { name = var.webapp_bucket.name, regional_domain_name = var.webapp_bucket.regional_domain_name }

  # A WebSocket begins as a request with a ticket; progress-fanout checks that and the page it comes from.
  private_origins = var.websocket == null ? {} : {
    progress = {
      load_balancer_arn = var.websocket.load_balancer_arn
      domain_name       = var.websocket_domain_name
      path_patterns     = ["/ws"]
    }
  }

  enable_waf       = var.enable_waf
  path_rate_limits = { auth = { path_prefix = "/v1/auth/", limit = 100 } }
  # Trees that are scanned: large, and full of what looks like attacks.
  large_body_path_prefixes = ["/v1/scans"]

  log_bucket_domain_name = "${var.access_logs_bucket.name}.s3.${data.aws_partition.current.dns_suffix}"
  kms_key_arn            = var.kms_key_arns.edge_logs
  log_retention_days     = var.log_retention_days
}
