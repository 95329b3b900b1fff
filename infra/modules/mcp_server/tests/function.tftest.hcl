mock_provider "aws" {
  source = "./tests/mocks"
}

run "outputs_are_the_documented_ones" {
  command = plan

  module {
    source = "./tests/interface"
  }

  assert {
    condition     = toset(output.names) == toset(jsondecode(file("tests/outputs.json")))
    error_message = "tests/outputs.json and outputs.tf name different outputs; callers rely on the names."
  }
}

run "r65_r41_image_on_arm64" {
  command = plan

  assert {
    condition     = aws_lambda_function.this[0].package_type == "Image" && tolist(aws_lambda_function.this[0].architectures) == tolist(["arm64"])
    error_message = "The function is an image for arm64."
  }
}

run "r04_dead_letters" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.this[0].dead_letter_config) == 1 && aws_lambda_function.this[0].dead_letter_config[0].target_arn == output.dlq_arn
    error_message = "Events that fail go to the dead-letter queue."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.live.destination_config[0].on_failure[0].destination == output.dlq_arn
    error_message = "Asynchronous calls that fail go to the dead-letter queue."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "Dead letters are kept for 14 days."
  }
}

run "r50_queue_reuses_data_keys" {
  command = plan

  assert {
    condition     = aws_sqs_queue.dead_letters.kms_data_key_reuse_period_seconds == 3600 && aws_sqs_queue.dead_letters.kms_master_key_id == var.kms_key_arn
    error_message = "The queue is encrypted with the key and asks for a data key once an hour."
  }
}

run "x11_queue_refuses_plain_connections" {
  command = plan

  assert {
    condition     = jsondecode(aws_sqs_queue_policy.dead_letters.policy).Statement[0] == jsondecode("{\"Sid\":\"OnlyEncryptedConnections\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"arn:aws:sqs:us-east-1:123456789012:tools-prod-dlq\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}")
    error_message = "The queue's policy denies connections without TLS."
  }
}

run "r24_versions_behind_an_alias" {
  command = plan

  assert {
    condition     = aws_lambda_function.this[0].publish && aws_lambda_alias.live[0].name == "live"
    error_message = "Each change is published as a version, and the alias live leads to one."
  }

  assert {
    condition     = endswith(aws_apigatewayv2_integration.live[0].integration_uri, ":function:tools-prod:live")
    error_message = "The API calls the alias."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.route : permission.qualifier == "live"])
    error_message = "Permissions are on the alias."
  }
}

run "r22_provisioned_concurrency" {
  command = plan

  variables {
    provisioned_concurrency = 2
  }

  assert {
    condition     = length(aws_lambda_provisioned_concurrency_config.live) == 1 && aws_lambda_provisioned_concurrency_config.live[0].qualifier == "live"
    error_message = "Provisioned concurrency is on the alias."
  }
}

run "r46_canary" {
  command = plan

  variables {
    live_version            = "7"
    canary_version          = "8"
    canary_weight           = 0.1
    provisioned_concurrency = 1
  }

  assert {
    condition     = aws_lambda_alias.live[0].function_version == "7" && aws_lambda_alias.live[0].routing_config[0].additional_version_weights == tomap({ "8" = 0.1 })
    error_message = "A tenth of the traffic goes to version 8."
  }
}

run "r51_r19_key_encrypts_everything" {
  command = plan

  variables {
    enable_ecr_repository = true
  }

  assert {
    condition = alltrue([for key in [
      aws_lambda_function.this[0].kms_key_arn, aws_sqs_queue.dead_letters.kms_master_key_id, aws_cloudwatch_log_group.server.kms_key_id,
      aws_cloudwatch_log_group.api.kms_key_id, aws_dynamodb_table.sessions[0].server_side_encryption[0].kms_key_arn,
      aws_ecr_repository.this[0].encryption_configuration[0].kms_key,
    ] : key == var.kms_key_arn])
    error_message = "One key of the customer encrypts all that is stored."
  }
}

run "r58_images_are_immutable_and_scanned" {
  command = plan

  variables {
    enable_ecr_repository = true
  }

  assert {
    condition     = aws_ecr_repository.this[0].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this[0].image_scanning_configuration[0].scan_on_push
    error_message = "Tags do not move, and images are scanned."
  }
}

run "r53_r23_sessions_are_protected" {
  command = plan

  assert {
    condition = alltrue([
      aws_dynamodb_table.sessions[0].point_in_time_recovery[0].enabled, aws_dynamodb_table.sessions[0].ttl[0].enabled,
      aws_dynamodb_table.sessions[0].ttl[0].attribute_name == "ttl", aws_dynamodb_table.sessions[0].deletion_protection_enabled,
    ])
    error_message = "The session table can be restored, forgets sessions and cannot be deleted in prod."
  }
}

run "r39_replicas" {
  command = plan

  variables {
    replica_regions = { "us-west-2" = "arn:aws:kms:us-west-2:123456789012:key/k" }
  }

  assert {
    condition     = one(aws_dynamodb_table.sessions[0].replica).region_name == "us-west-2" && aws_dynamodb_table.sessions[0].stream_enabled
    error_message = "The session table has a replica."
  }

  assert {
    condition     = length(aws_route53_health_check.this) == 1 && tolist(output.session_table_replica_regions) == tolist(["us-west-2"])
    error_message = "A health check tells which region answers."
  }
}

run "r57_traced" {
  command = plan

  assert {
    condition     = aws_lambda_function.this[0].tracing_config[0].mode == "Active"
    error_message = "The function is traced."
  }
}

run "r49_a_twentieth_is_traced" {
  command = plan

  assert {
    condition     = aws_xray_sampling_rule.this[0].fixed_rate == 0.05
    error_message = "One request in twenty is traced."
  }
}

run "x10_secrets_are_named_not_shown" {
  command = plan

  variables {
    secret_arns = { UPSTREAM_CREDENTIAL_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:upstream-AbCdEf" }
  }

  assert {
    condition     = aws_lambda_function.this[0].environment[0].variables["UPSTREAM_CREDENTIAL_ARN"] == var.secret_arns["UPSTREAM_CREDENTIAL_ARN"]
    error_message = "The function is told where the secret is."
  }

  assert {
    condition = toset(one([for statement in jsondecode(aws_iam_role_policy.server.policy).Statement : statement.Resource if statement.Sid == "NamedSecrets"])) == toset([
      var.secret_arns["UPSTREAM_CREDENTIAL_ARN"], "${var.secret_arns["UPSTREAM_CREDENTIAL_ARN"]}-??????",
      var.origin_verify_secret_arn, "${var.origin_verify_secret_arn}-??????",
    ])
    error_message = "The function reads the named secrets and no other."
  }
}

run "r16_role_is_narrow" {
  command = plan

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.server.policy).Statement : statement.Action if statement.Effect == "Allow" && contains(statement.Resource, "*")
      ])) == toset([
      "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
      "ec2:UnassignPrivateIpAddresses", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    ])
    error_message = "Only network interfaces and traces are granted without a resource."
  }

  assert {
    condition     = toset(one([for statement in jsondecode(aws_iam_role_policy.server.policy).Statement : statement.Resource if statement.Sid == "Sessions"])) == toset([output.session_table_arn])
    error_message = "The function reaches its own table only."
  }
}
