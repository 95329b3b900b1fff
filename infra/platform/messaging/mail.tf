locals {
  mail_identity     = coalesce(var.mail_identity, local.topology.mail.identity)
  mail_sender       = coalesce(var.mail_sender, local.topology.mail.sender)
  mail_arn_prefix   = "arn:${local.partition}:ses:${local.region}:${local.account}:"
  configuration_set = "${var.name}-${var.environment}-mail"
}

# Default of the identity, so that every mail goes through it, whatever a program asks for.
resource "aws_sesv2_email_identity" "mail" {
  email_identity         = local.mail_identity
  configuration_set_name = aws_sesv2_configuration_set.mail.configuration_set_name
  tags                   = merge(local.tags, { Controls = "SC-8" })

  lifecycle {
    precondition {
      condition     = endswith(local.mail_sender, local.mail_identity)
      error_message = "The mail_sender must be an address of mail_identity, or SES refuses to send."
    }
  }
}

resource "aws_sesv2_configuration_set" "mail" {
  configuration_set_name = local.configuration_set
  tags                   = merge(local.tags, { Controls = "SC-8" })

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

# As metrics, which an alarm watches: no service of ours reads single bounces, and SES itself suppresses the address.
resource "aws_sesv2_configuration_set_event_destination" "mail" {
  configuration_set_name = aws_sesv2_configuration_set.mail.configuration_set_name
  event_destination_name = "metrics"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "DELIVERY", "REJECT", "SEND"]

    cloud_watch_destination {
      dimension_configuration {
        default_dimension_value = local.configuration_set
        dimension_name          = "ses:configuration-set"
        dimension_value_source  = "MESSAGE_TAG"
      }
    }
  }
}
