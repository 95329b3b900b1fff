locals {
  has_session_table  = var.enable_session_table || var.enable_tenant_isolation
  session_operations = ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]

  # The tenant comes first where tenants are kept apart: policies can hold a session to one partition key.
  session_key = var.enable_tenant_isolation ? ["tenant_id", "session_id"] : ["session_id"]
}

resource "aws_dynamodb_table" "sessions" {
  count = local.has_session_table ? 1 : 0

  name         = "${local.prefix}-sessions"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = local.session_key[0]
  range_key    = length(local.session_key) > 1 ? local.session_key[1] : null

  # Replicas follow the stream.
  stream_enabled   = length(var.replica_regions) > 0
  stream_view_type = length(var.replica_regions) > 0 ? "NEW_AND_OLD_IMAGES" : null

  deletion_protection_enabled = local.is_prod

  dynamic "attribute" {
    for_each = local.session_key

    content {
      name = attribute.value
      type = "S"
    }
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = 35
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  dynamic "replica" {
    for_each = var.replica_regions

    content {
      region_name            = replica.key
      kms_key_arn            = replica.value
      point_in_time_recovery = true
      propagate_tags         = true
    }
  }

  tags = merge(local.tags, { Controls = length(var.replica_regions) > 0 ? "CP-10 CP-7 CP-9 SC-28" : "CP-10 CP-9 SC-28" })

  lifecycle {
    prevent_destroy = true
  }
}
