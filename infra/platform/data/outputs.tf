# ARNs are built from the names of the resources: known in a plan, and nothing uses one before it is there.
output "table" {
  description = "The table of all items."
  value = {
    name       = aws_dynamodb_table.this.name
    arn        = "${local.table_arn_prefix}${aws_dynamodb_table.this.name}"
    stream_arn = aws_dynamodb_table.this.stream_arn
  }
}

output "buckets" {
  description = "Buckets by key of infra/topology.json."
  value = {
    for key, bucket in aws_s3_bucket.this : key => {
      name                 = bucket.bucket
      arn                  = "arn:${local.partition}:s3:::${bucket.bucket}"
      regional_domain_name = bucket.bucket_regional_domain_name
    }
  }
}

output "access_logs_bucket" {
  description = "Bucket that takes access logs of buckets and load balancers."
  value = {
    name = aws_s3_bucket.access_logs.bucket
    arn  = "arn:${local.partition}:s3:::${aws_s3_bucket.access_logs.bucket}"
  }
}
