# Internal: CloudFront reaches it inside the network, so nobody walks around the web ACL.
locals {
  websocket_deployed = contains(local.containers_deployed, "progress-fanout") ? 1 : 0
  websocket = one([
    for balancer in aws_lb.websocket : {
      load_balancer_arn        = balancer.arn
      load_balancer_arn_suffix = balancer.arn_suffix
      target_group_arn_suffix  = one(aws_lb_target_group.websocket[*].arn_suffix)
    }
  ])
}

resource "aws_lb" "websocket" {
  count = local.websocket_deployed

  name                       = "${local.prefix}-ws"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = var.network.isolated_subnet_ids
  security_groups            = [var.network.balancer_security_group]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  # Clients ping every 30 seconds.
  idle_timeout = 120
  tags         = merge(local.tags, { Controls = "AU-2 SC-7 SC-8", Service = "progress-fanout" })

  dynamic "access_logs" {
    for_each = var.access_logs_bucket == null ? [] : [var.access_logs_bucket]
    content {
      enabled = true
      bucket  = access_logs.value
      prefix  = "alb"
    }
  }
}

# The last metres are plain: the task holds no certificate, and its security group lets in the load balancer alone.
resource "aws_lb_target_group" "websocket" {
  count = local.websocket_deployed

  name                 = "${local.prefix}-ws"
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.ports["progress-fanout"]
  vpc_id               = var.network.vpc_id
  deregistration_delay = local.stop_seconds
  tags                 = merge(local.tags, { Service = "progress-fanout" })

  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "websocket" {
  count = local.websocket_deployed

  load_balancer_arn = aws_lb.websocket[0].arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  certificate_arn   = var.websocket_certificate_arn
  tags              = merge(local.tags, { Controls = "SC-8", Service = "progress-fanout" })

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.websocket[0].arn
  }
}
