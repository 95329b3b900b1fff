image_uri          = "123456789012.dkr.ecr.us-east-1.amazonaws.com/ai-tools-prod@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
tenants            = { acme = {}, globex = { actions = ["dynamodb:GetItem", "dynamodb:Query", "kms:Decrypt"] } }
metered_tenant_ids = ["acme"]
waf_acl_arn        = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/baseline/11111111-2222-3333-4444-555555555555"
domain_name        = "tools.example.com"
hosted_zone_id     = "Z0123456789ABCDEFGHIJ"
certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
alarm_email        = "on-duty@example.com"
pager_url          = "https://pager.example.com/aws"
