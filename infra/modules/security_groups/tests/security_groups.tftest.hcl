mock_provider "aws" {}

variables {
  name                    = "tools"
  environment             = "prod"
  vpc_id                  = "vpc-1"
  gateway_prefix_list_ids = { s3 = "pl-s3", dynamodb = "pl-dynamodb" }
}

run "r21_functions_reach_endpoints_and_redis_only" {
  command = plan

  assert {
    condition     = toset([for key in keys(aws_vpc_security_group_egress_rule.this) : key if startswith(key, "lambda-")]) == toset(["lambda-dynamodb", "lambda-endpoint", "lambda-redis", "lambda-s3"])
    error_message = "Functions reach more than endpoints and Redis."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.this : rule.ip_protocol == "tcp" && rule.from_port == rule.to_port])
    error_message = "An egress rule opens more than one port."
  }
}

run "r21_only_workers_reach_the_internet" {
  command = plan

  variables {
    enable_ipv6 = true
  }

  assert {
    condition = [
      for key, rule in aws_vpc_security_group_egress_rule.this : key if rule.cidr_ipv4 != null || rule.cidr_ipv6 != null
    ] == ["egress_worker-ipv4-443", "egress_worker-ipv6-443"]
    error_message = "Another group than the workers' reaches the internet, or they on more than one port."
  }
}

run "r21_refuses_open_egress_in_prod" {
  command = plan

  variables {
    restrict_egress = false
  }

  expect_failures = [var.restrict_egress]
}

run "r21_open_egress_elsewhere" {
  command = plan

  variables {
    environment     = "dev"
    restrict_egress = false
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.this["lambda-ipv4"].ip_protocol == "-1" && !contains(keys(aws_vpc_security_group_egress_rule.this), "redis-ipv4")
    error_message = "Egress is not open for functions, or open for Redis."
  }
}

run "redis_admits_functions_only" {
  command = plan

  assert {
    condition     = [for key in keys(aws_vpc_security_group_ingress_rule.this) : key if endswith(key, "-redis")] == ["lambda-redis"]
    error_message = "Redis admits others than functions."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["lambda-redis"].from_port == 6379
    error_message = "Redis is reached on another port."
  }
}

run "redis_admits_other_clients_when_named" {
  command = plan

  variables {
    groups        = ["lambda", "egress_worker", "redis", "endpoint", "web", "app"]
    redis_clients = ["lambda", "egress_worker", "app"]
  }

  assert {
    condition     = length([for key in keys(aws_vpc_security_group_ingress_rule.this) : key if endswith(key, "-redis")]) == 3 && contains(keys(aws_vpc_security_group_egress_rule.this), "egress_worker-redis")
    error_message = "A client of Redis cannot reach it."
  }
}

run "load_balancer_to_app_to_database" {
  command = plan

  variables {
    groups                      = ["web", "app", "db", "bastion"]
    web_ingress_cidrs           = ["0.0.0.0/0", "::/0"]
    web_ingress_prefix_list_ids = { cloudfront = "pl-cloudfront" }
    bastion_allowed_cidrs       = ["192.0.2.0/24"]
  }

  assert {
    condition = toset(keys(aws_vpc_security_group_ingress_rule.this)) == toset([
      "app-db", "bastion-192.0.2.0/24", "bastion-db", "web-0.0.0.0/0", "web-::/0", "web-app", "web-cloudfront",
    ])
    error_message = "The groups admit something else than what they serve."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["web-::/0"].cidr_ipv6 == "::/0" && aws_vpc_security_group_ingress_rule.this["web-cloudfront"].prefix_list_id == "pl-cloudfront"
    error_message = "IPv6 ranges or prefix lists are not admitted as such."
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.this)) == toset(["app-db", "app-dynamodb", "app-s3", "bastion-db", "web-app"])
    error_message = "The groups reach something else than what they need."
  }
}

run "workers_reach_declared_ports" {
  command = plan

  variables {
    egress_worker_ports = [443, 8443]
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.this["egress_worker-ipv4-8443"].from_port == 8443
    error_message = "A declared port is closed."
  }
}

run "refuses_names" {
  command = plan

  variables {
    name        = "Tools"
    environment = "test"
    cost_center = ""
    tags        = { Environment = "prod" }
    vpc_id      = ""
  }

  expect_failures = [var.name, var.environment, var.cost_center, var.tags, var.vpc_id]
}

run "refuses_unknown_groups" {
  command = plan

  variables {
    groups        = ["cache"]
    redis_clients = ["web"]
  }

  expect_failures = [var.groups, var.redis_clients]
}

run "refuses_a_bastion_for_the_world" {
  command = plan

  variables {
    bastion_allowed_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.bastion_allowed_cidrs]
}

run "refuses_ports" {
  command = plan

  variables {
    egress_worker_ports = [22]
    app_port            = 80
    db_port             = 443
    web_ingress_cidrs   = ["everyone"]
  }

  expect_failures = [var.egress_worker_ports, var.app_port, var.db_port, var.web_ingress_cidrs]
}
