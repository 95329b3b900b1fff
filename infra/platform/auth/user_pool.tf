resource "aws_cognito_user_pool" "this" {
  name                     = local.names.pool
  user_pool_tier           = "ESSENTIALS"
  username_attributes      = [local.pool.sign_in_with]
  auto_verified_attributes = [local.pool.sign_in_with]
  mfa_configuration        = var.mfa_configuration
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  tags                     = merge(local.tags, { Controls = "IA-2 IA-5 IA-8" })

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = local.pool.password_minimum_length
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    password_history_size            = 5
    temporary_password_validity_days = 1
  }

  # Apps, not messages: a number can be taken over at the provider's desk.
  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa_configuration == "OFF" ? [] : [true]
    content {
      enabled = true
    }
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # A new address counts when its owner has confirmed it, so nobody takes over an account by a typing error.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  verification_message_template {
    default_email_option = "CONFIRM_WITH_LINK"
  }

  dynamic "email_configuration" {
    for_each = var.mail == null ? [] : [var.mail]
    iterator = mail
    content {
      email_sending_account = "DEVELOPER"
      from_email_address    = mail.value.sender
      source_arn            = mail.value.identity_arn
      configuration_set     = mail.value.configuration_set_name
    }
  }

  dynamic "schema" {
    for_each = local.pool.custom_attributes
    content {
      name                = schema.key
      attribute_data_type = schema.value.type
      mutable             = true
      string_attribute_constraints {
        min_length = "0"
        max_length = "256"
      }
    }
  }

  # Machine tokens have no user, so only a trigger can tell whose they are; V3_0 is the first that sees them.
  dynamic "lambda_config" {
    for_each = var.pre_token_function_arn == null ? [] : [var.pre_token_function_arn]
    content {
      pre_token_generation_config {
        lambda_arn     = lambda_config.value
        lambda_version = "V3_0"
      }
    }
  }

  # Accounts of people cannot be made again from anything else.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_lambda_permission" "pre_token" {
  count = var.pre_token_function_arn == null ? 0 : 1

  statement_id  = "user-pool"
  action        = "lambda:InvokeFunction"
  function_name = var.pre_token_function_arn
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.this.arn
}

resource "aws_cognito_user_pool_domain" "this" {
  domain       = local.domain_prefix
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_resource_server" "this" {
  identifier   = local.identity.resource_server.identifier
  name         = local.identity.resource_server.identifier
  user_pool_id = aws_cognito_user_pool.this.id

  dynamic "scope" {
    for_each = local.identity.resource_server.scopes
    content {
      scope_name        = scope.key
      scope_description = scope.value
    }
  }
}
