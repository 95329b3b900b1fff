# One kind of domain name serves both kinds of API.
resource "aws_apigatewayv2_domain_name" "this" {
  count = local.has_custom_domain ? 1 : 0

  domain_name = var.custom_domain_name

  domain_name_configuration {
    certificate_arn = var.certificate_arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
    ip_address_type = var.ip_address_type
  }

  dynamic "mutual_tls_authentication" {
    for_each = var.enable_mtls ? [var.mtls_truststore_uri] : []

    content {
      truststore_uri     = mutual_tls_authentication.value
      truststore_version = var.mtls_truststore_version
    }
  }

  tags = merge(local.tags, { Controls = "IA-2 SC-8" })
}

resource "aws_apigatewayv2_api_mapping" "this" {
  count = local.has_custom_domain ? 1 : 0

  api_id      = local.api_id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = local.is_http ? aws_apigatewayv2_stage.this[0].name : aws_api_gateway_stage.this[0].stage_name
}

resource "aws_route53_record" "this" {
  for_each = toset(var.hosted_zone_id == null ? [] : var.ip_address_type == "dualstack" ? ["A", "AAAA"] : ["A"])

  zone_id = var.hosted_zone_id
  name    = var.custom_domain_name
  type    = each.key

  alias {
    name                   = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_health_check" "this" {
  count = var.enable_health_check && local.has_custom_domain ? 1 : 0

  type              = "HTTPS"
  fqdn              = var.custom_domain_name
  port              = 443
  resource_path     = var.health_check_path
  request_interval  = 30
  failure_threshold = 3
  enable_sni        = true

  tags = merge(local.tags, { Name = local.prefix, Controls = "CP-7 SI-4" })
}
