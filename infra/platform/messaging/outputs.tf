# ARNs are built from the names of the resources: known in a plan, and nothing uses one before it is there.
output "queues" {
  description = "Queues with their dead-letter queues, by key of infra/topology.json."
  value = {
    for key, queue in aws_sqs_queue.this : key => {
      arn                    = "${local.queue_arn_prefix}${queue.name}"
      url                    = queue.url
      name                   = queue.name
      dead_letter_queue_arn  = "${local.queue_arn_prefix}${aws_sqs_queue.dead_letters[key].name}"
      dead_letter_queue_name = aws_sqs_queue.dead_letters[key].name
    }
  }
}

output "topic_arn" {
  description = "Topic of all facts."
  value       = "${local.topic_arn_prefix}${aws_sns_topic.events.name}"
}

output "topic_name" {
  description = "Name of the topic."
  value       = aws_sns_topic.events.name
}

output "mail" {
  description = "Who sends mail: the identity of SES, its configuration set and the address in From."
  value = {
    identity_arn           = "${local.mail_arn_prefix}identity/${aws_sesv2_email_identity.mail.email_identity}"
    configuration_set_arn  = "${local.mail_arn_prefix}configuration-set/${aws_sesv2_configuration_set.mail.configuration_set_name}"
    configuration_set_name = aws_sesv2_configuration_set.mail.configuration_set_name
    sender                 = local.mail_sender
  }
}

output "mail_dkim_tokens" {
  description = "Tokens for the CNAME records <token>._domainkey of the mail domain, which prove that it is ours."
  value       = try(aws_sesv2_email_identity.mail.dkim_signing_attributes[0].tokens, [])
}
