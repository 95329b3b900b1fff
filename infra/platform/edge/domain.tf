resource "aws_api_gateway_domain_name" "this" {
  count = var.api_domain_name == null ? 0 : 1

  domain_name              = var.api_domain_name
  regional_certificate_arn = var.api_certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = "dualstack"
  }

  tags = merge(local.tags, { Controls = "SC-8" })
}

resource "aws_api_gateway_base_path_mapping" "this" {
  count = var.api_domain_name == null ? 0 : 1

  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  domain_name = aws_api_gateway_domain_name.this[0].domain_name
}

resource "aws_route53_record" "api" {
  for_each = toset(var.hosted_zone_id == null ? [] : ["A", "AAAA"])

  zone_id = var.hosted_zone_id
  name    = var.api_domain_name
  type    = each.key

  alias {
    name                   = aws_api_gateway_domain_name.this[0].regional_domain_name
    zone_id                = aws_api_gateway_domain_name.this[0].regional_zone_id
    evaluate_target_health = false
  }
}
