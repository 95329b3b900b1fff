output "identity" {
  description = "Who signs people and machines in."
  value = {
    user_pool_id      = aws_cognito_user_pool.this.id
    user_pool_arn     = aws_cognito_user_pool.this.arn
    app_client_id     = aws_cognito_user_pool_client.app.id
    machine_client_id = aws_cognito_user_pool_client.machine.id
    issuer            = local.issuer
    jwks_url          = "${local.issuer}/.well-known/jwks.json"
    token_url         = local.token_url
  }
}
