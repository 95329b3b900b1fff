mock_provider "aws" {}

variables {
  name        = "shop"
  environment = "dev"
  topic_arns  = { p1 = "arn:aws:sns:us-east-1:123456789012:one", p2 = "arn:aws:sns:us-east-1:123456789012:two", p3 = "arn:aws:sns:us-east-1:123456789012:three" }
}

run "a_wrong_tier_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P4", runbook = "x", namespace = "N", metric = "M" } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_runbook_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "docs/x.md", namespace = "N", metric = "M" } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_metric_and_expression_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N", metric = "M", expression = "1" } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_half_a_metric_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N" } }
  }
  expect_failures = [var.alarms]
}

run "r43_a_wrong_statistic_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N", metric = "M", stat = "99" } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_comparison_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N", metric = "M", comparison = "More" } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_missing_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N", metric = "M", missing = "ok" } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_period_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N", metric = "M", period = 45 } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_window_is_refused" {
  command = plan
  variables {
    alarms = { a = { description = "A.", threshold = 0, tier = "P1", runbook = "x", namespace = "N", metric = "M", period = 300, evaluations = 289 } }
  }
  expect_failures = [var.alarms]
}

run "a_wrong_name_is_refused" {
  command = plan
  variables {
    name = "Shop"
  }
  expect_failures = [var.name]
}

run "a_wrong_environment_is_refused" {
  command = plan
  variables {
    environment = "test"
  }
  expect_failures = [var.environment]
}

run "r42_a_tag_of_the_module_is_refused" {
  command = plan
  variables {
    tags = { CostCenter = "mine" }
  }
  expect_failures = [var.tags]
}

run "alarms_that_tell_nobody_in_prod_are_refused" {
  command = plan
  variables {
    environment     = "prod"
    actions_enabled = false
  }
  expect_failures = [var.actions_enabled]
}

run "r51_topics_without_a_key_are_refused" {
  command = plan
  variables {
    topic_arns = null
  }
  expect_failures = [var.kms_key_arn]
}

run "a_timeout_that_lambda_has_not_is_refused" {
  command = plan
  variables {
    lambda_functions = { a = { function_name = "a", timeout_seconds = 901 } }
  }
  expect_failures = [var.lambda_functions]
}

run "a_reserve_of_nothing_is_refused" {
  command = plan
  variables {
    lambda_functions = { a = { function_name = "a", timeout_seconds = 1, reserved_concurrency = 0 } }
  }
  expect_failures = [var.lambda_functions]
}

run "an_unknown_protocol_is_refused" {
  command = plan
  variables {
    apis = { a = { protocol = "GRAPHQL", api_id = "a", stage = "live" } }
  }
  expect_failures = [var.apis]
}

run "a_rest_api_by_id_is_refused" {
  command = plan
  variables {
    apis = { a = { protocol = "REST", api_id = "a", stage = "live" } }
  }
  expect_failures = [var.apis]
}

run "a_table_without_operations_is_refused" {
  command = plan
  variables {
    dynamodb_tables = { a = { table_name = "a", operations = [] } }
  }
  expect_failures = [var.dynamodb_tables]
}

run "a_visibility_that_sqs_has_not_is_refused" {
  command = plan
  variables {
    queues = { a = { queue_name = "a", visibility_timeout_seconds = 43201 } }
  }
  expect_failures = [var.queues]
}
