mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name              = "tools"
  environment       = "prod"
  kms_key_arn       = "arn:aws:kms:us-east-1:123456789012:key/state"
  access_log_bucket = "tools-access-logs"
}

run "r51_state_is_encrypted" {
  command = plan

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.state.rule :
      rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn && rule.bucket_key_enabled
    ])
    error_message = "The state is not encrypted with the key."
  }
}

run "state_can_be_restored" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_lifecycle_configuration.state.rule[0].noncurrent_version_expiration[0].noncurrent_days == 365
    error_message = "Replaced versions of the state are not kept."
  }

  assert {
    condition = length([
      for s in jsondecode(aws_s3_bucket_policy.state.policy).Statement : s if s.Effect == "Deny" && s.Action == "s3:DeleteObjectVersion" && !can(s.Condition)
    ]) == 1
    error_message = "Somebody may delete versions of the state."
  }
}

run "only_we_and_only_over_tls" {
  command = plan

  assert {
    condition = contains([
      for s in jsondecode(aws_s3_bucket_policy.state.policy).Statement : try(s.Condition.Bool["aws:SecureTransport"], "") if s.Effect == "Deny" && s.Action == "s3:*"
    ], "false")
    error_message = "The state travels unencrypted."
  }

  assert {
    condition = contains([
      for s in jsondecode(aws_s3_bucket_policy.state.policy).Statement : try(s.Condition.StringNotEquals["aws:PrincipalAccount"], "") if s.Effect == "Deny"
    ], "123456789012")
    error_message = "Other accounts may read the state."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.restrict_public_buckets
    error_message = "The bucket could be made public."
  }

  assert {
    condition     = aws_s3_bucket_logging.state[0].target_bucket == "tools-access-logs"
    error_message = "Who reads the state is not logged."
  }
}

run "native_locks" {
  command = plan

  assert {
    condition     = length(aws_dynamodb_table.lock) == 0 && output.backend.use_lockfile && output.backend.bucket == "tools-prod-state-123456789012"
    error_message = "The backend does not lock in the bucket."
  }
}

run "r23_lock_table_is_protected" {
  command = plan

  variables {
    lock = "table"
  }

  assert {
    condition     = aws_dynamodb_table.lock[0].deletion_protection_enabled && aws_dynamodb_table.lock[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.lock[0].server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "The lock table can be deleted, not restored, or is not encrypted with the key."
  }

  assert {
    condition     = aws_dynamodb_table.lock[0].hash_key == "LockID" && output.backend.dynamodb_table == "tools-prod-state-lock"
    error_message = "The backend does not find the lock table."
  }
}

run "refuses_names" {
  command = plan

  variables {
    name        = "Tools"
    environment = "test"
    cost_center = ""
    tags        = { Service = "other" }
    bucket_name = "My_State"
    kms_key_arn = "alias/state"
    lock        = "none"
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.tags, var.bucket_name, var.kms_key_arn, var.lock]
}

run "refuses_short_history" {
  command = plan

  variables {
    noncurrent_version_days = 30
  }

  expect_failures = [var.noncurrent_version_days]
}

run "refuses_prod_without_access_log" {
  command = plan

  variables {
    access_log_bucket = null
  }

  expect_failures = [var.access_log_bucket]
}
