output "bucket_name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.state.id
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.state.arn
}

output "lock_table_name" {
  description = "Name of the lock table, null with native locks."
  value       = one(aws_dynamodb_table.lock[*].name)
}

output "backend" {
  description = "Arguments for `backend \"s3\"`, but for the key of each layer."
  value       = local.backend
}
