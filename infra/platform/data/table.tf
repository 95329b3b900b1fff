locals {
  table            = local.topology.table
  table_name       = replace(local.table.name, "{env}", var.environment)
  table_arn_prefix = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/"
}

resource "aws_dynamodb_table" "this" {
  name                        = local.table_name
  billing_mode                = local.table.billing_mode
  hash_key                    = local.table.hash_key
  range_key                   = local.table.range_key
  stream_enabled              = true
  stream_view_type            = local.table.stream_view_type
  deletion_protection_enabled = var.deletion_protection
  tags                        = merge(local.tags, { Controls = "AC-4 CP-10 CP-9 SC-28" })

  dynamic "attribute" {
    for_each = local.table.attributes
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = local.table.global_secondary_indexes
    iterator = index
    content {
      name            = index.key
      hash_key        = index.value.hash_key
      range_key       = index.value.range_key
      projection_type = index.value.projection
    }
  }

  ttl {
    enabled        = true
    attribute_name = local.table.ttl_attribute
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = local.table.point_in_time_recovery_days
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  lifecycle {
    prevent_destroy = true
  }
}
