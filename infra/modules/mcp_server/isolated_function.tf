# The pinned provider has no argument for tenant isolation (it appears in 6.23), CloudFormation has the property. What may be unknown
# before the first apply goes in as a parameter, so that a plan shows the rest.
locals {
  isolated_parameters = {
    SubnetIds        = join(",", var.vpc_subnet_ids)
    SecurityGroupIds = join(",", var.vpc_security_group_ids)
    KeyArn           = var.kms_key_arn
  }

  isolated_function = {
    FunctionName     = local.prefix
    Description      = "MCP server ${var.name}"
    Role             = local.arn.role
    PackageType      = "Image"
    Code             = { ImageUri = var.image_uri }
    Architectures    = var.architectures
    MemorySize       = var.memory_size
    Timeout          = var.timeout
    KmsKeyArn        = { Ref = "KeyArn" }
    Environment      = { Variables = local.environment_variables }
    EphemeralStorage = { Size = var.ephemeral_storage_mb }
    VpcConfig = {
      SubnetIds        = { Ref = "SubnetIds" }
      SecurityGroupIds = { Ref = "SecurityGroupIds" }
    }
    DeadLetterConfig = { TargetArn = local.arn.queue }
    TracingConfig    = { Mode = local.tracing_mode }
    LoggingConfig    = { LogFormat = "JSON", LogGroup = local.log_group_name }
    TenancyConfig    = { TenantIsolationMode = "PER_TENANT" }
    Tags             = [for key, value in merge(local.tags, { Controls = "AC-3 AC-4 CM-7 SC-28 SC-7 SI-4" }) : { Key = key, Value = value }]
  }

  isolated_template = {
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "MCP server ${var.name} with tenant isolation"
    Parameters = {
      SubnetIds        = { Type = "CommaDelimitedList" }
      SecurityGroupIds = { Type = "CommaDelimitedList" }
      KeyArn           = { Type = "String" }
      Release          = { Type = "String" }
    }
    Resources = {
      Function = {
        Type = "AWS::Lambda::Function"
        Properties = merge(
          local.isolated_function,
          var.reserved_concurrent_executions < 0 ? {} : { ReservedConcurrentExecutions = var.reserved_concurrent_executions },
        )
      }
      # A version is a snapshot: a new description makes a new one, and the old one stays to go back to.
      Version = {
        Type                = "AWS::Lambda::Version"
        UpdateReplacePolicy = "Retain"
        DeletionPolicy      = "Retain"
        Properties          = { FunctionName = { Ref = "Function" }, Description = { Ref = "Release" } }
      }
      Live = {
        Type = "AWS::Lambda::Alias"
        Properties = merge(
          {
            Name            = "live"
            FunctionName    = { Ref = "Function" }
            FunctionVersion = { "Fn::Sub" = coalesce(var.live_version, "$${Version.Version}") }
          },
          var.canary_version == null ? {} : {
            RoutingConfig = { AdditionalVersionWeights = [{ FunctionVersion = var.canary_version, FunctionWeight = var.canary_weight }] }
          },
        )
      }
    }
    Outputs = {
      Version = { Value = { "Fn::GetAtt" = ["Version", "Version"] } }
    }
  }
}

resource "aws_cloudformation_stack" "isolated" {
  count = var.enable_tenant_isolation ? 1 : 0

  name          = "${local.prefix}-server"
  template_body = jsonencode(local.isolated_template)
  parameters    = merge(local.isolated_parameters, { Release = sha256(jsonencode([local.isolated_function, local.isolated_parameters])) })

  tags = merge(local.tags, { Controls = "AC-3 AC-4 CM-7 SC-28 SC-7 SI-4" })

  depends_on = [aws_iam_role_policy.server, aws_cloudwatch_log_group.server, aws_sqs_queue.dead_letters]
}
