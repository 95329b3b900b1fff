resource "aws_cloudfront_vpc_origin" "this" {
  for_each = var.private_origins

  vpc_origin_endpoint_config {
    name                   = "${local.prefix}-${each.key}"
    arn                    = each.value.load_balancer_arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }

  tags = merge(local.tags, { Controls = "SC-7 SC-8" })
}

resource "aws_cloudfront_origin_access_control" "webapp" {
  count = var.webapp_bucket == null ? 0 : 1

  name                              = "${local.prefix}-webapp"
  description                       = "Reads ${var.webapp_bucket.name}"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Not an error page: that would replace the API's answers of 403 and 404 too.
resource "aws_cloudfront_function" "webapp" {
  count = var.webapp_bucket == null ? 0 : 1

  name    = "${local.prefix}-webapp-pages"
  comment = "Serves index.html for each page of the web app"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/webapp_pages.js")
  publish = true
}

locals {
  response_policies = merge(
    { api = null },
    var.webapp_bucket == null ? {} : { webapp = var.content_security_policy },
  )
}

resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = local.response_policies

  name = "${local.prefix}-${each.key}"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = true
      override                   = true
    }

    content_type_options {
      override = true
    }

    # An API says itself which pages may use its answers how.
    dynamic "content_security_policy" {
      for_each = each.value == null ? [] : [each.value]

      content {
        content_security_policy = content_security_policy.value
        override                = true
      }
    }

    dynamic "frame_options" {
      for_each = each.value == null ? [] : ["DENY"]

      content {
        frame_option = frame_options.value
        override     = true
      }
    }

    dynamic "referrer_policy" {
      for_each = each.value == null ? [] : ["strict-origin-when-cross-origin"]

      content {
        referrer_policy = referrer_policy.value
        override        = true
      }
    }
  }
}
