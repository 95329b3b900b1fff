# The routes are those of the contract, so that the gateway serves what the service serves and nothing else.
locals {
  openapi = jsondecode(file("${path.module}/../../../contracts/openapi.json"))

  contract_routes = merge([
    for path, operations in local.openapi.paths : {
      for method, operation in operations : "${upper(method)} ${path}" => {
        method = upper(method)
        path   = path
        # The contract asks for a token everywhere but where it says that nothing is asked for.
        public = try(length(operation.security) == 0, false)
      }
    }
  ]...)

  # What the service answers beside the contract. Its metrics are nobody's business outside.
  other_routes = {
    "GET /healthz"      = { method = "GET", path = "/healthz", public = true }
    "GET /openapi.json" = { method = "GET", path = "/openapi.json", public = true }
  }

  routes = merge(local.contract_routes, local.other_routes)

  # Every path with the paths above it: /v1/tests/{test_id} is below /v1/tests is below /v1.
  nodes = toset(flatten([
    for route in values(local.routes) : [
      for depth in range(1, length(split("/", route.path))) : join("/", slice(split("/", route.path), 0, depth + 1))
    ]
  ]))
  nodes_by_depth = { for depth in [1, 2, 3, 4] : depth => toset([for node in local.nodes : node if length(split("/", node)) == depth + 1]) }

  resource_ids = merge([
    for resources in [aws_api_gateway_resource.first, aws_api_gateway_resource.second, aws_api_gateway_resource.third, aws_api_gateway_resource.fourth] :
    { for node, resource in resources : node => resource.id }
  ]...)
}

# A resource cannot name another of the same block, so there is a block for each depth.
resource "aws_api_gateway_resource" "first" {
  for_each = local.nodes_by_depth[1]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "second" {
  for_each = local.nodes_by_depth[2]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.first[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "third" {
  for_each = local.nodes_by_depth[3]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.second[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "fourth" {
  for_each = local.nodes_by_depth[4]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.third[dirname(each.key)].id
  path_part   = basename(each.key)
}

# Turns away who has no token of our pool before a function is started for them. The service checks the token again,
# since only it knows whether the token was revoked, and who may do what in which organisation.
resource "aws_api_gateway_authorizer" "people" {
  name            = "${local.prefix}-people"
  rest_api_id     = aws_api_gateway_rest_api.this.id
  type            = "COGNITO_USER_POOLS"
  provider_arns   = [var.identity.user_pool_arn]
  identity_source = "method.request.header.Authorization"
}

resource "aws_api_gateway_request_validator" "parameters" {
  name                        = "parameters"
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  validate_request_parameters = true
}

resource "aws_api_gateway_method" "this" {
  for_each = local.routes

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resource_ids[each.value.path]
  http_method          = each.value.method
  request_validator_id = aws_api_gateway_request_validator.parameters.id
  request_parameters   = { for parameter in regexall("\\{([^}]+)\\}", each.value.path) : "method.request.path.${parameter[0]}" => true }

  # With scopes the authorizer takes access tokens; without any it would take identity tokens, which are for pages.
  # People who sign in through the API have the first, those who come from the sign-in page the second, machines none.
  authorization        = each.value.public ? "NONE" : "COGNITO_USER_POOLS"
  authorizer_id        = each.value.public ? null : aws_api_gateway_authorizer.people.id
  authorization_scopes = each.value.public ? null : ["aws.cognito.signin.user.admin", "openid"]
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.routes

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = local.resource_ids[each.value.path]
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.api.invoke_arn
  timeout_milliseconds    = 29000
}

resource "aws_lambda_permission" "this" {
  for_each = local.routes

  statement_id  = "gateway-${substr(sha1(each.key), 0, 12)}"
  action        = "lambda:InvokeFunction"
  function_name = var.api.function_name
  qualifier     = element(split(":", var.api.alias_arn), 7)
  principal     = "apigateway.amazonaws.com"
  # Parameters of the path are `*` here.
  source_arn = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage}/${each.value.method}${replace(each.value.path, "/\\{[^}]+\\}/", "*")}"
}
