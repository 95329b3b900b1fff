locals {
  own_principals = {
    Sid       = "OwnPrincipals"
    Effect    = "Allow"
    Principal = "*"
    Action    = "*"
    Resource  = "*"
    Condition = { StringEquals = { "aws:PrincipalAccount" = local.account } }
  }

  # Amazon ECR hands out layers of images from a bucket of its own, with links
  # that it signs itself. Once S3 is reached through the endpoint, with or
  # without endpoints for ECR, containers cannot start without this.
  image_layers = {
    Sid       = "ImageLayers"
    Effect    = "Allow"
    Principal = "*"
    Action    = "s3:GetObject"
    Resource  = "arn:${local.partition}:s3:::prod-${local.region}-starport-layer-bucket/*"
  }

  policies = {
    for service in setunion(local.gateways, var.interface_endpoints) : service => lookup(
      var.endpoint_policies,
      service,
      jsonencode({
        Version   = "2012-10-17"
        Statement = concat([local.own_principals], [for statement in [local.image_layers] : statement if service == "s3"])
      }),
    )
  }
}
