domain_name                  = "mcp-audit.example.com"
hosted_zone_id               = "Z0123456789ABCDEFGHIJ"
certificate_arn              = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
regional_certificate_arn     = "arn:aws:acm:us-east-1:123456789012:certificate/66666666-7777-8888-9999-000000000000"
key_admin_role               = "key-administrator"
artifacts_dir                = "artifacts"
insights_layer_arn           = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:20"
cloudfront_prefix_list_id    = "pl-3b927c52"
secret_rotation_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:secret-rotation"
alarm_email                  = "on-duty@example.com"
pager_url                    = "https://pager.example.com/aws"

image_digests = {
  progress-fanout   = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  test-orchestrator = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
}
