# A vending machine with every kind of data; runs change what they are about.
name                    = "tools"
environment             = "prod"
lambda_role_arn         = "arn:aws:iam::123456789012:role/tools-prod-server"
lambda_role_name        = "tools-prod-server"
tenant_role_arn_pattern = "arn:aws:iam::123456789012:role/mcp-tenant-*"
tenants                 = { acme = {}, globex = { actions = ["dynamodb:GetItem", "s3:GetObject", "s3:ListBucket"], s3_prefix = "exports" } }
table_arns              = ["arn:aws:dynamodb:us-east-1:123456789012:table/tools-prod-sessions"]
bucket_arns             = ["arn:aws:s3:::tools-prod-data"]
secret_arn_prefix       = "arn:aws:secretsmanager:us-east-1:123456789012:secret:tenants"
kms_key_arn             = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
