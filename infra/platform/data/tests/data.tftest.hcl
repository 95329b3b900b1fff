mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  environment = "prod"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/data"
}

run "the_table_is_that_of_the_platform_table" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.name == "mcp-audit-prod" && aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table must be called mcp-audit-prod and be paid by request."
  }

  assert {
    condition     = [aws_dynamodb_table.this.hash_key, aws_dynamodb_table.this.range_key, aws_dynamodb_table.this.stream_view_type] == ["PK", "SK", "NEW_AND_OLD_IMAGES"]
    error_message = "The keys are PK and SK, and the stream has new and old images."
  }

  assert {
    condition = { for index in aws_dynamodb_table.this.global_secondary_index : index.name => "${index.hash_key}/${index.range_key} ${index.projection_type}" } == {
      GSI1 = "GSI1PK/GSI1SK ALL"
      GSI2 = "status/created_at ALL"
      GSI3 = "org_id/severity ALL"
    }
    error_message = "The indexes differ from the platform table."
  }
}

run "r53_items_can_be_restored_for_35_days_and_expire" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.point_in_time_recovery[0].recovery_period_in_days == 35
    error_message = "Point-in-time recovery must reach back 35 days."
  }

  assert {
    condition     = aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "ttl"
    error_message = "Items must expire by the attribute ttl."
  }
}

run "r23_the_table_is_protected_from_deletion" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "AWS must refuse to delete the table."
  }
}

run "r23_deletion_protection_stays_on_in_prod" {
  command = plan

  variables {
    deletion_protection = false
  }

  expect_failures = [var.deletion_protection]
}

run "r51_all_is_encrypted_with_our_key_but_public_pages_and_logs" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "The table must be encrypted with our key."
  }

  assert {
    condition = {
      for key, encryption in aws_s3_bucket_server_side_encryption_configuration.this :
      key => "${one(one(encryption.rule).apply_server_side_encryption_by_default).sse_algorithm} ${coalesce(one(one(encryption.rule).apply_server_side_encryption_by_default).kms_master_key_id, "-")}"
      } == {
      agent-configs = "aws:kms ${var.kms_key_arn}"
      exports       = "aws:kms ${var.kms_key_arn}"
      manifests     = "aws:kms ${var.kms_key_arn}"
      reports       = "aws:kms ${var.kms_key_arn}"
      webapp        = "AES256 -"
    }
    error_message = "Buckets of customer data must be encrypted with our key, and public pages by S3."
  }
}

run "r50_buckets_use_bucket_keys" {
  command = plan

  assert {
    condition     = alltrue([for encryption in aws_s3_bucket_server_side_encryption_configuration.this : one(encryption.rule).bucket_key_enabled])
    error_message = "Bucket keys must be on, or every object is a request to KMS."
  }
}

run "the_buckets_are_those_of_the_platform_table" {
  command = plan

  assert {
    condition = {
      for key, bucket in aws_s3_bucket.this : bucket.bucket => join(" ", concat(
        [for rule in aws_s3_bucket_lifecycle_configuration.this[key].rule : "${rule.expiration[0].days}d" if rule.id == "expire"],
        [for versioned in keys(aws_s3_bucket_versioning.this) : "versioned" if versioned == key],
      ))
      } == {
      mcp-audit-prod-agent-configs = "versioned"
      mcp-audit-prod-exports       = "30d versioned"
      mcp-audit-prod-manifests     = ""
      mcp-audit-prod-reports       = "90d versioned"
      mcp-audit-prod-webapp        = "versioned"
    }
    error_message = "Names, expiry or versions of the buckets differ from the platform table."
  }

  assert {
    condition     = alltrue([for lifecycle in aws_s3_bucket_lifecycle_configuration.this : one([for rule in lifecycle.rule : rule.abort_incomplete_multipart_upload[0].days_after_initiation if rule.id == "abort-uploads"]) == 7])
    error_message = "Uploads that were broken off must be removed after 7 days."
  }

  assert {
    condition     = alltrue([for block in concat(values(aws_s3_bucket_public_access_block.this), [aws_s3_bucket_public_access_block.access_logs]) : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "No bucket may be public."
  }

  assert {
    condition     = alltrue([for key, logging in aws_s3_bucket_logging.this : logging.target_prefix == "s3/${key}/"]) && length(aws_s3_bucket_logging.this) == length(aws_s3_bucket.this)
    error_message = "Every bucket must log who reads it."
  }
}

run "buckets_refuse_plain_http_and_pages_are_read_by_distributions_only" {
  command = plan

  variables {
    web_origins = ["https://app.example"]
  }

  assert {
    condition = alltrue([
      for policy in concat(values(aws_s3_bucket_policy.this), [aws_s3_bucket_policy.access_logs]) :
      jsondecode(policy.policy).Statement[0].Effect == "Deny" && jsondecode(policy.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "Every bucket must refuse requests without TLS."
  }

  assert {
    condition = {
      for key, policy in aws_s3_bucket_policy.this : key => [for statement in jsondecode(policy.policy).Statement : try(statement.Condition.ArnLike["aws:SourceArn"], "anyone") if statement.Effect == "Allow"]
      } == {
      agent-configs = [], exports = [], manifests = [], reports = [], webapp = ["arn:aws:cloudfront::111122223333:distribution/*"]
    }
    error_message = "Only distributions of the account may read pages, and a bucket policy opens nothing else."
  }

  assert {
    condition     = one(one(aws_s3_bucket_cors_configuration.webapp).cors_rule).allowed_origins == toset(["https://app.example"])
    error_message = "The given origins may read the pages' files."
  }
}

run "buckets_can_be_copied_to_another_region" {
  command = plan

  variables {
    replicas = { reports = { bucket_arn = "arn:aws:s3:::copy", kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/copy" } }
  }

  assert {
    condition     = aws_s3_bucket_replication_configuration.this["reports"].rule[0].destination[0].bucket == "arn:aws:s3:::copy" && aws_s3_bucket_replication_configuration.this["reports"].rule[0].destination[0].encryption_configuration[0].replica_kms_key_id == "arn:aws:kms:us-west-2:111122223333:key/copy"
    error_message = "Reports must be copied, encrypted with the key there."
  }
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name        = "MCP"
    environment = "production"
    tags        = { Environment = "dev" }
    kms_key_arn = "data"
    web_origins = ["*"]
  }

  expect_failures = [var.name, var.environment, var.tags, var.kms_key_arn, var.web_origins]
}

run "r60_a_bucket_without_versions_is_not_replicated" {
  command = plan

  variables {
    replicas = { manifests = { bucket_arn = "arn:aws:s3:::copy", kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/copy" } }
  }

  expect_failures = [var.replicas]
}
