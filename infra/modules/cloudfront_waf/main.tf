data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_secretsmanager_secret_version" "origin_verify" {
  count = var.origin_verify == null ? 0 : 1

  secret_id = var.origin_verify.secret_arn
}

locals {
  prefix = "${var.name}-${var.environment}"

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "edge"
  })

  # Policies that AWS manages; their ids are the same in every account.
  cache = {
    disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # CachingDisabled
    optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6" # CachingOptimized
  }
  forward = {
    all_but_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac" # AllViewerExceptHostHeader
    cors         = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf" # CORS-S3Origin
  }

  reading = ["GET", "HEAD", "OPTIONS"]
  writing = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]

  # What a program asks for is never cached, and never asked for without TLS.
  api_behavior = {
    origin          = "api"
    methods         = local.writing
    cache           = local.cache.disabled
    forward         = local.forward.all_but_host
    viewers         = "https-only"
    response_policy = "api"
    functions       = []
  }

  webapp_behavior = {
    origin          = "webapp"
    methods         = local.reading
    cache           = local.cache.optimized
    forward         = local.forward.cors
    viewers         = "redirect-to-https"
    response_policy = "webapp"
    functions       = aws_cloudfront_function.webapp[*].arn
  }

  default_behavior = var.webapp_bucket == null ? local.api_behavior : local.webapp_behavior

  # The first that fits a path applies.
  behaviors = concat(
    [
      for path in var.enable_origin_failover ? var.failover_path_patterns : [] :
      merge(local.api_behavior, { path = path, origin = "api-with-failover", methods = local.reading })
    ],
    flatten([
      for name, origin in var.private_origins : [
        for path in origin.path_patterns : merge(local.api_behavior, { path = path, origin = name })
      ]
    ]),
    [for path in var.api_path_patterns : merge(local.api_behavior, { path = path })],
  )

  api_origins = merge(
    { api = var.api_domain_name },
    var.enable_origin_failover ? { api-in-second-region = var.failover_api_domain_name } : {},
  )
}

resource "aws_cloudfront_distribution" "this" {
  enabled             = true
  comment             = local.prefix
  aliases             = compact([var.custom_domain_name])
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = var.price_class
  web_acl_id          = one(aws_wafv2_web_acl.this[*].arn)
  default_root_object = var.webapp_bucket == null ? null : "index.html"

  dynamic "origin" {
    for_each = local.api_origins

    content {
      origin_id   = origin.key
      domain_name = origin.value
      origin_path = var.api_origin_path

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }

      dynamic "custom_header" {
        for_each = data.aws_secretsmanager_secret_version.origin_verify

        content {
          name  = "x-origin-verify"
          value = custom_header.value.secret_string
        }
      }
    }
  }

  dynamic "origin_group" {
    for_each = var.enable_origin_failover ? [var.failover_status_codes] : []

    content {
      origin_id = "api-with-failover"

      failover_criteria {
        status_codes = origin_group.value
      }

      member {
        origin_id = "api"
      }

      member {
        origin_id = "api-in-second-region"
      }
    }
  }

  dynamic "origin" {
    for_each = var.private_origins

    content {
      origin_id   = origin.key
      domain_name = origin.value.domain_name

      vpc_origin_config {
        vpc_origin_id            = aws_cloudfront_vpc_origin.this[origin.key].id
        origin_keepalive_timeout = 60
        origin_read_timeout      = 60
      }
    }
  }

  dynamic "origin" {
    for_each = var.webapp_bucket == null ? [] : [var.webapp_bucket]

    content {
      origin_id                = "webapp"
      domain_name              = origin.value.regional_domain_name
      origin_access_control_id = aws_cloudfront_origin_access_control.webapp[0].id
    }
  }

  default_cache_behavior {
    target_origin_id           = local.default_behavior.origin
    allowed_methods            = local.default_behavior.methods
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    viewer_protocol_policy     = local.default_behavior.viewers
    cache_policy_id            = local.default_behavior.cache
    origin_request_policy_id   = local.default_behavior.forward
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this[local.default_behavior.response_policy].id

    dynamic "function_association" {
      for_each = local.default_behavior.functions

      content {
        event_type   = "viewer-request"
        function_arn = function_association.value
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.behaviors

    content {
      path_pattern               = ordered_cache_behavior.value.path
      target_origin_id           = ordered_cache_behavior.value.origin
      allowed_methods            = ordered_cache_behavior.value.methods
      cached_methods             = ["GET", "HEAD"]
      compress                   = true
      viewer_protocol_policy     = ordered_cache_behavior.value.viewers
      cache_policy_id            = ordered_cache_behavior.value.cache
      origin_request_policy_id   = ordered_cache_behavior.value.forward
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this[ordered_cache_behavior.value.response_policy].id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = var.geo_restriction_type
      locations        = var.geo_restriction_locations
    }
  }

  viewer_certificate {
    acm_certificate_arn            = var.certificate_arn
    cloudfront_default_certificate = var.certificate_arn == null
    minimum_protocol_version       = var.certificate_arn == null ? "TLSv1" : "TLSv1.2_2021"
    ssl_support_method             = var.certificate_arn == null ? null : "sni-only"
  }

  dynamic "logging_config" {
    for_each = var.enable_logging ? [var.log_bucket_domain_name] : []

    content {
      bucket          = logging_config.value
      prefix          = var.log_prefix
      include_cookies = false
    }
  }

  tags = merge(local.tags, { Controls = "AU-2 CP-7 SC-7 SC-8" })
}

resource "aws_route53_record" "this" {
  for_each = toset(var.hosted_zone_id == null ? [] : ["A", "AAAA"])

  zone_id = var.hosted_zone_id
  name    = var.custom_domain_name
  type    = each.key

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}
