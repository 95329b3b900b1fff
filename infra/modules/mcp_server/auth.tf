# Clients are programs: they get tokens with the client-credentials grant. Such tokens carry no attributes of a user, so a trigger adds
# the tenant, which it reads from a scope that only the tenant's own client may ask for.
locals {
  has_own_pool = var.enable_auth && var.cognito_user_pool_id == null
  has_tenants  = length(var.tenant_ids) > 0

  # Client => scopes it may ask for.
  clients = !local.has_own_pool ? {} : local.has_tenants ? {
    for tenant in var.tenant_ids : tenant => ["${local.prefix}-tenant/${tenant}", "mcp/invoke"]
  } : { default = ["mcp/invoke"] }

  user_pool_id  = local.has_own_pool ? one(aws_cognito_user_pool.this[*].id) : var.cognito_user_pool_id
  user_pool_arn = local.has_own_pool ? one(aws_cognito_user_pool.this[*].arn) : var.cognito_user_pool_id == null ? null : "arn:${local.partition}:cognito-idp:${local.region}:${local.account}:userpool/${var.cognito_user_pool_id}"
  issuer        = local.has_own_pool ? one(aws_cognito_user_pool.this[*].endpoint) : var.cognito_user_pool_endpoint
  audience      = local.has_own_pool ? [for client in aws_cognito_user_pool_client.this : client.id] : compact([var.cognito_client_id])

  trigger_name = "${local.prefix}-token-claims"
  trigger_arn  = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.trigger_name}"
  has_trigger  = local.has_own_pool && local.has_tenants
}

resource "aws_cognito_user_pool" "this" {
  count = local.has_own_pool ? 1 : 0

  name                = local.prefix
  user_pool_tier      = "ESSENTIALS" # the lowest with triggers for client credentials
  deletion_protection = local.is_prod ? "ACTIVE" : "INACTIVE"
  mfa_configuration   = "ON"

  software_token_mfa_configuration {
    enabled = true
  }

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 1
  }

  dynamic "lambda_config" {
    for_each = local.has_trigger ? [local.trigger_arn] : []

    content {
      pre_token_generation_config {
        lambda_arn     = lambda_config.value
        lambda_version = "V3_0" # older versions are not called for client credentials
      }
    }
  }

  tags = merge(local.tags, { Controls = "IA-2 IA-5 IA-8" })

  depends_on = [aws_cloudformation_stack.token_claims]
}

resource "aws_cognito_user_pool_domain" "this" {
  count = local.has_own_pool ? 1 : 0

  domain       = "${local.prefix}-${local.account}"
  user_pool_id = aws_cognito_user_pool.this[0].id
}

resource "aws_cognito_resource_server" "mcp" {
  count = local.has_own_pool ? 1 : 0

  identifier   = "mcp"
  name         = "${local.prefix} tools"
  user_pool_id = aws_cognito_user_pool.this[0].id

  scope {
    scope_name        = "invoke"
    scope_description = "Call tools of the /mcp endpoint"
  }
}

resource "aws_cognito_resource_server" "tenants" {
  count = local.has_trigger ? 1 : 0

  identifier   = "${local.prefix}-tenant"
  name         = "${local.prefix} tenants"
  user_pool_id = aws_cognito_user_pool.this[0].id

  dynamic "scope" {
    for_each = var.tenant_ids

    content {
      scope_name        = scope.value
      scope_description = "Act for the tenant ${scope.value}"
    }
  }
}

resource "aws_cognito_user_pool_client" "this" {
  for_each = local.clients

  name                                 = "${local.prefix}-${each.key}"
  user_pool_id                         = aws_cognito_user_pool.this[0].id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = each.value
  supported_identity_providers         = ["COGNITO"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = var.token_validity_minutes

  token_validity_units {
    access_token = "minutes"
  }

  depends_on = [aws_cognito_resource_server.mcp, aws_cognito_resource_server.tenants]
}

# CloudFormation takes the few lines of code as they are; the provider would need an archive.
resource "aws_cloudformation_stack" "token_claims" {
  count = local.has_trigger ? 1 : 0

  name = local.trigger_name

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Adds the tenant to access tokens of ${local.prefix}"
    Resources = {
      Function = {
        Type = "AWS::Lambda::Function"
        Properties = {
          FunctionName  = local.trigger_name
          Description   = "Adds the tenant to access tokens"
          Role          = "arn:${local.partition}:iam::${local.account}:role/${local.trigger_name}"
          Runtime       = "python3.13"
          Handler       = "index.handler"
          Architectures = ["arm64"]
          MemorySize    = 128
          Timeout       = 5
          Code          = { ZipFile = replace(file("${path.module}/token_claims.py"), "{scope_prefix}", "${local.prefix}-tenant/") }
          TracingConfig = { Mode = local.tracing_mode }
          LoggingConfig = { LogFormat = "JSON", LogGroup = aws_cloudwatch_log_group.token_claims[0].name }
          Tags          = [for key, value in local.tags : { Key = key, Value = value }]
        }
      }
    }
  })

  tags = local.tags

  depends_on = [aws_iam_role_policy.token_claims]
}

resource "aws_lambda_permission" "token_claims" {
  count = local.has_trigger ? 1 : 0

  statement_id  = "user-pool"
  action        = "lambda:InvokeFunction"
  function_name = local.trigger_name
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.this[0].arn

  depends_on = [aws_cloudformation_stack.token_claims]
}

resource "aws_iam_role" "token_claims" {
  count = local.has_trigger ? 1 : 0

  name        = local.trigger_name
  description = "What the trigger that adds the tenant to tokens may do"

  assume_role_policy = aws_iam_role.server.assume_role_policy

  tags = merge(local.tags, { Controls = "AC-6" })
}

resource "aws_iam_role_policy" "token_claims" {
  count = local.has_trigger ? 1 : 0

  name = "token-claims"
  role = aws_iam_role.token_claims[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "OwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.trigger_name}:*"]
      }],
      [for statement in local.server_statements : statement if statement.Sid == "Trace"],
    )
  })
}

resource "aws_cloudwatch_log_group" "token_claims" {
  count = local.has_trigger ? 1 : 0

  name              = "/aws/lambda/${local.trigger_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = merge(local.tags, { Controls = "AU-11 AU-2 AU-9" })

  lifecycle {
    prevent_destroy = true
  }
}
