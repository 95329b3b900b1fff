# Metering of a server of prod with two metered tenants; runs change what they are about.
name               = "tools"
environment        = "prod"
kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
lambda_role_name   = "tools-prod-server"
api_log_group_name = "/aws/apigateway/tools-prod"
metered_tenant_ids = ["acme", "globex"]
alarm_subscriptions = {
  pager   = { protocol = "https", endpoint = "https://pager.example.com/aws", tiers = ["P1"] }
  on-duty = { protocol = "email", endpoint = "on-duty@example.com", tiers = ["P1", "P2", "P3"] }
}
