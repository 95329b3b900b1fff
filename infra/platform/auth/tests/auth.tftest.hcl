mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  environment = "prod"
  mail = {
    identity_arn           = "arn:aws:ses:us-east-1:111122223333:identity/mcp-audit.example"
    configuration_set_name = "mcp-audit-prod-mail"
    sender                 = "alerts@mcp-audit.example"
  }
}

run "the_pool_is_that_of_the_platform_table" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.this.name == "mcp-audit-prod-users" && aws_cognito_user_pool.this.username_attributes == toset(["email"]) && aws_cognito_user_pool.this.password_policy[0].minimum_length == 14
    error_message = "People sign in with their address and a password of 14 characters or more."
  }

  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "OPTIONAL" && aws_cognito_user_pool.this.software_token_mfa_configuration[0].enabled
    error_message = "A second factor must be offered."
  }

  assert {
    condition     = toset([for attribute in aws_cognito_user_pool.this.schema : attribute.name]) == toset(["organization_id", "role"])
    error_message = "The pool must have the custom attributes of infra/topology.json."
  }
}

run "r62_the_pool_is_protected_from_deletion" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "AWS must refuse to delete the pool."
  }
}

run "r62_deletion_protection_stays_on_in_prod" {
  command = plan

  variables {
    deletion_protection = false
  }

  expect_failures = [var.deletion_protection]
}

run "nobody_writes_the_own_organisation_or_role" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.app.write_attributes == toset(["email", "name"])
    error_message = "Clients must not write custom attributes."
  }
}

run "tokens_live_as_long_as_the_platform_table_says" {
  command = plan

  assert {
    condition     = [aws_cognito_user_pool_client.app.access_token_validity, aws_cognito_user_pool_client.app.id_token_validity, aws_cognito_user_pool_client.app.refresh_token_validity] == [60, 60, 30]
    error_message = "Access and id tokens live 60 minutes, refresh tokens 30 days."
  }

  assert {
    condition     = aws_cognito_user_pool_client.app.enable_token_revocation && aws_cognito_user_pool_client.app.prevent_user_existence_errors == "ENABLED" && !aws_cognito_user_pool_client.app.generate_secret
    error_message = "The public client has no secret, its tokens can be revoked, and errors do not tell who has an account."
  }

  assert {
    condition     = aws_cognito_user_pool_client.machine.allowed_oauth_flows == toset(["client_credentials"]) && aws_cognito_user_pool_client.machine.allowed_oauth_scopes == toset(["mcp/invoke"]) && aws_cognito_user_pool_client.machine.access_token_validity == 60
    error_message = "Machines get tokens with the scope mcp/invoke only."
  }
}

run "x03_machine_tokens_get_a_tenant" {
  command = plan

  variables {
    pre_token_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:claims"
  }

  assert {
    condition     = aws_cognito_user_pool.this.lambda_config[0].pre_token_generation_config[0].lambda_version == "V3_0" && aws_cognito_user_pool.this.user_pool_tier == "ESSENTIALS"
    error_message = "Only a trigger of version V3_0 sees machine tokens, and only the tier Essentials has it."
  }
}

run "people_may_sign_in_with_another_provider" {
  command = plan

  variables {
    callback_urls      = ["https://app.example/signed-in"]
    identity_providers = { company = { issuer = "https://login.example", client_id = "mcp-audit", client_secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:login" } }
  }

  assert {
    condition     = aws_cognito_user_pool_client.app.allowed_oauth_flows == toset(["code"]) && aws_cognito_user_pool_client.app.supported_identity_providers == toset(["COGNITO", "company"])
    error_message = "The web application must take codes, of both providers."
  }
}

run "r60_malformed_settings_are_refused" {
  command = plan

  variables {
    name                   = "MCP"
    tags                   = { Environment = "dev" }
    domain_prefix          = "Not.A.Domain"
    identity_providers     = { company = { issuer = "http://login.example", client_id = "mcp-audit", client_secret_arn = "hush" } }
    mfa_configuration      = "MAYBE"
    pre_token_function_arn = "claims"
    mail                   = null
  }

  expect_failures = [
    var.name, var.tags, var.domain_prefix, var.identity_providers, var.mfa_configuration,
    var.pre_token_function_arn, var.mail,
  ]
}

run "r60_the_environment_is_one_of_three" {
  command = plan

  variables {
    environment = "production"
  }

  expect_failures = [var.environment]
}

run "r60_codes_go_to_https_only" {
  command = plan

  variables {
    callback_urls = ["http://app.example"]
  }

  expect_failures = [var.callback_urls]
}
