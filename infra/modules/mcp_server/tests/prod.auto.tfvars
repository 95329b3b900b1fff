# A server of prod with all that prod requires; runs change what they are about.
name                           = "tools"
environment                    = "prod"
image_uri                      = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tools@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
reserved_concurrent_executions = 50
provisioned_concurrency        = 2
vpc_id                         = "vpc-0a1b2c3d"
vpc_subnet_ids                 = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
vpc_security_group_ids         = ["sg-0a1b2c3d"]
kms_key_arn                    = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
custom_domain_name             = "origin.example.com"
certificate_arn                = "arn:aws:acm:us-east-1:123456789012:certificate/c"
origin_verify_secret_arn       = "arn:aws:secretsmanager:us-east-1:123456789012:secret:origin-AbCdEf"
enable_session_table           = true
enable_health_check            = true
alarm_subscriptions = {
  pager   = { protocol = "https", endpoint = "https://pager.example.com/aws", tiers = ["P1"] }
  on-duty = { protocol = "email", endpoint = "on-duty@example.com", tiers = ["P1", "P2", "P3"] }
}
