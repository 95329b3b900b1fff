# Copies in another region, for the day this one is lost.
resource "aws_iam_role" "replication" {
  count = length(var.replicas) > 0 ? 1 : 0

  name = "${var.name}-${var.environment}-replication"
  tags = merge(local.tags, { Controls = "CP-9" })
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "replication" {
  count = length(var.replicas) > 0 ? 1 : 0

  name = "replicate"
  role = aws_iam_role.replication[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadBuckets"
        Effect   = "Allow"
        Action   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
        Resource = [for key, replica in var.replicas : local.bucket_arns[key]]
      },
      {
        Sid      = "ReadVersions"
        Effect   = "Allow"
        Action   = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
        Resource = [for key, replica in var.replicas : "${local.bucket_arns[key]}/*"]
      },
      {
        Sid      = "WriteCopies"
        Effect   = "Allow"
        Action   = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        Resource = [for replica in values(var.replicas) : "${replica.bucket_arn}/*"]
      },
      {
        Sid       = "Decrypt"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
      },
      {
        Sid       = "EncryptCopies"
        Effect    = "Allow"
        Action    = "kms:Encrypt"
        Resource  = distinct([for replica in values(var.replicas) : replica.kms_key_arn])
        Condition = { StringLike = { "kms:ViaService" = "s3.*.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = var.replicas

  bucket = aws_s3_bucket.this[each.key].id
  role   = aws_iam_role.replication[0].arn

  rule {
    id     = "everything"
    status = "Enabled"
    filter {}

    delete_marker_replication {
      status = "Enabled"
    }
    source_selection_criteria {
      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }
    destination {
      bucket = each.value.bucket_arn
      encryption_configuration {
        replica_kms_key_id = each.value.kms_key_arn
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
