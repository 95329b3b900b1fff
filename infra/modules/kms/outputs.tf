output "key_id" {
  description = "Id of the key."
  value       = aws_kms_key.this.key_id
}

output "key_arn" {
  description = "ARN of the key, which policies and encrypted resources name."
  value       = aws_kms_key.this.arn
}

output "alias_name" {
  description = "Alias of the key, with `alias/`."
  value       = aws_kms_alias.this.name
}

output "alias_arn" {
  description = "ARN of the alias."
  value       = aws_kms_alias.this.arn
}
