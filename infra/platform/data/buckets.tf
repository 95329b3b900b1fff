locals {
  buckets           = { for key, bucket in local.topology.buckets : key => merge(bucket, { name = replace(bucket.name, "{env}", var.environment) }) }
  bucket_arns       = { for key, bucket in local.buckets : key => "arn:${local.partition}:s3:::${bucket.name}" }
  versioned_buckets = [for key, bucket in local.buckets : key if bucket.versioned]

  # Public pages: whoever reads them through CloudFront has no key of ours.
  unkeyed_buckets = ["webapp"]
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets

  bucket = each.value.name
  tags   = merge(local.tags, { Controls = "CP-9 SC-28 SC-8" })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = contains(local.unkeyed_buckets, each.key) ? "AES256" : "aws:kms"
      kms_master_key_id = contains(local.unkeyed_buckets, each.key) ? null : var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = toset(local.versioned_buckets)

  bucket = aws_s3_bucket.this[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "abort-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # An object that expired or was replaced stays as an old version; that has to end too.
  dynamic "rule" {
    for_each = each.value.versioned ? [coalesce(each.value.expire_days, 90)] : []
    content {
      id     = "forget-old-versions"
      status = "Enabled"
      filter {}
      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
    }
  }

  dynamic "rule" {
    for_each = each.value.expire_days == null ? [] : [each.value.expire_days]
    content {
      id     = "expire"
      status = "Enabled"
      filter {}
      expiration {
        days = rule.value
      }
    }
  }

  # What is needed for a while only, such as uploads before their scan.
  dynamic "rule" {
    for_each = lookup(each.value, "expire_prefixes", {})
    content {
      id     = "expire-${trimsuffix(rule.key, "/")}"
      status = "Enabled"
      filter {
        prefix = rule.key
      }
      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = local.buckets

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "s3/${each.key}/"

  # S3 asks whether it may write there.
  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_s3_bucket_cors_configuration" "webapp" {
  count = length(var.web_origins) > 0 ? 1 : 0

  bucket = aws_s3_bucket.this["webapp"].id
  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = var.web_origins
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "RefusePlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arns[each.key], "${local.bucket_arns[each.key]}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      # Distributions of ours: which one is known after an apply only, and a policy is to be read before.
      [for webapp in ["webapp"] : {
        Sid       = "ServePages"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "s3:GetObject"
        Resource  = "${local.bucket_arns[webapp]}/*"
        Condition = { ArnLike = { "aws:SourceArn" = "arn:${local.partition}:cloudfront::${local.account}:distribution/*" } }
      } if each.key == webapp],
    )
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
