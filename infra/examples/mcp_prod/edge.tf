# The secret that CloudFront proves itself with. Nobody needs to see it: a random value, drawn once.
resource "aws_secretsmanager_secret" "origin_verify" {
  name        = local.origin_secret_name
  description = "What CloudFront proves itself to the MCP server with"
  kms_key_id  = module.key.key_arn

  tags = merge(local.tags, { Controls = "IA-5 SC-28 SC-7" })
}

# Waits for the secret, so that the first plan has no value to show.
data "aws_secretsmanager_random_password" "origin_verify" {
  password_length     = 64
  exclude_punctuation = true

  depends_on = [aws_secretsmanager_secret.origin_verify]
}

resource "aws_secretsmanager_secret_version" "origin_verify" {
  secret_id     = aws_secretsmanager_secret.origin_verify.id
  secret_string = data.aws_secretsmanager_random_password.origin_verify.random_password

  # Each plan draws another value; the first stays.
  lifecycle {
    ignore_changes = [secret_string]
  }
}

module "edge" {
  source    = "../../modules/cloudfront_waf"
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  name        = local.name
  environment = local.environment

  api_domain_name        = local.origin_name
  origin_verify          = { secret_arn = aws_secretsmanager_secret_version.origin_verify.arn }
  custom_domain_name     = var.domain_name
  certificate_arn        = var.certificate_arn
  hosted_zone_id         = var.hosted_zone_id
  path_rate_limits       = { mcp = { path_prefix = "/mcp", limit = 100, window_seconds = 60 } }
  kms_key_arn            = module.key.key_arn
  log_bucket_domain_name = aws_s3_bucket.access_logs.bucket_domain_name
}

locals {
  tags = { Environment = local.environment, ManagedBy = "OpenTofu", Project = local.name, CostCenter = "mcp", Service = "edge" }
}

resource "aws_s3_bucket" "access_logs" {
  bucket = "${local.name}-${local.environment}-access-logs-${local.account}"

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}

# CloudFront writes its log by ACL.
resource "aws_s3_bucket_ownership_controls" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

# The service that delivers the log has no right to a customer's key.
resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    id     = "a-year"
    status = "Enabled"

    filter {}

    expiration {
      days = 365
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyEncryptedConnections"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource = [for path in ["", "/*"] :
        "arn:${local.partition}:s3:::${aws_s3_bucket.access_logs.bucket}${path}"
      ]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
