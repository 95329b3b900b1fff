resource "aws_apigatewayv2_domain_name" "this" {
  count = var.custom_domain_name == null ? 0 : 1

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
  count = var.custom_domain_name == null ? 0 : 1

  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = aws_apigatewayv2_stage.this.id
}

resource "aws_route53_record" "this" {
  for_each = toset(var.hosted_zone_id == null ? [] : var.ip_address_type == "dualstack" ? ["A", "AAAA"] : ["A"])

  zone_id = var.hosted_zone_id
  name    = var.custom_domain_name
  type    = each.key

  alias {
    name                   = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
