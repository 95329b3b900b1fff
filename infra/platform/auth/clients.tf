# The web application: public, so it has no secret, and a code is bound to who asked for it (PKCE).
resource "aws_cognito_user_pool_client" "app" {
  name                          = local.names.app
  user_pool_id                  = aws_cognito_user_pool.this.id
  generate_secret               = false
  explicit_auth_flows           = local.app.auth_flows
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
  read_attributes               = concat(["email", "name"], local.custom_attributes)
  # Who writes organisation or role of the own account owns every organisation.
  write_attributes = concat(["email", "name"], local.writable_attributes)

  access_token_validity  = local.app.access_token_minutes
  id_token_validity      = local.app.id_token_minutes
  refresh_token_validity = local.app.refresh_token_days

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }

  allowed_oauth_flows_user_pool_client = local.sign_in_page
  allowed_oauth_flows                  = local.sign_in_page ? ["code"] : null
  allowed_oauth_scopes                 = local.sign_in_page ? ["email", "openid", "profile"] : null
  callback_urls                        = local.sign_in_page ? var.callback_urls : null
  supported_identity_providers         = concat(["COGNITO"], keys(aws_cognito_identity_provider.this))
}

resource "aws_cognito_user_pool_client" "machine" {
  name                                 = local.names.machine
  user_pool_id                         = aws_cognito_user_pool.this.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = local.machine.scopes
  explicit_auth_flows                  = []
  enable_token_revocation              = true
  prevent_user_existence_errors        = "ENABLED"
  access_token_validity                = local.machine.access_token_minutes

  token_validity_units {
    access_token = "minutes"
  }

  depends_on = [aws_cognito_resource_server.this]
}

data "aws_secretsmanager_secret_version" "provider" {
  for_each = var.identity_providers

  secret_id = each.value.client_secret_arn
}

resource "aws_cognito_identity_provider" "this" {
  for_each = var.identity_providers

  user_pool_id  = aws_cognito_user_pool.this.id
  provider_name = each.key
  provider_type = "OIDC"
  provider_details = {
    oidc_issuer               = each.value.issuer
    client_id                 = each.value.client_id
    client_secret             = data.aws_secretsmanager_secret_version.provider[each.key].secret_string
    authorize_scopes          = "openid email profile"
    attributes_request_method = "GET"
  }
  attribute_mapping = {
    email = "email"
    name  = "name"
  }
}
