locals {
  ci = { for ci in var.ci == null ? [] : [var.ci] : "this" => ci }
}

# Deployments come with a short-lived token that names repository and
# environment; there is no key that could leak.
resource "aws_iam_openid_connect_provider" "ci" {
  for_each = local.ci

  url            = "https://${each.value.issuer}"
  client_id_list = [each.value.audience]
  tags           = merge(local.tags, { Controls = "IA-5" })
}

resource "aws_iam_role" "ci" {
  for_each = local.ci

  name                 = "${local.prefix}-ci"
  description          = "Deployments from CI"
  max_session_duration = 3600
  permissions_boundary = each.value.permissions_boundary_arn
  tags                 = merge(local.tags, { Controls = "AC-6 CM-2 IA-5" })

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:${local.partition}:iam::${local.account}:oidc-provider/${each.value.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${each.value.issuer}:aud" = each.value.audience
          "${each.value.issuer}:sub" = sort(each.value.subjects)
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "ci" {
  for_each = var.ci == null ? {} : var.ci.policy_arns

  role       = aws_iam_role.ci["this"].name
  policy_arn = each.value
}
