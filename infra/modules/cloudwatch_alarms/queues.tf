locals {
  dead_letters = {
    tier      = "P1"
    runbook   = "dead-letter-queue"
    namespace = "AWS/SQS"
    metric    = "ApproximateNumberOfMessagesVisible"
    stat      = "Maximum"
    threshold = 0
  }

  queue_alarms = merge([
    for key, queue in var.queues : merge(
      {
        "${key}-queue-age" = {
          tier        = "P2"
          description = "Messages wait in ${queue.queue_name} for over ${coalesce(queue.oldest_message_alarm_seconds, 2 * queue.visibility_timeout_seconds)} s."
          runbook     = "queue-age"
          namespace   = "AWS/SQS"
          metric      = "ApproximateAgeOfOldestMessage"
          stat        = "Maximum"
          dimensions  = { QueueName = queue.queue_name }
          threshold   = coalesce(queue.oldest_message_alarm_seconds, 2 * queue.visibility_timeout_seconds)
        }
      },
      queue.dead_letter_queue_name == null ? {} : {
        "${key}-queue-dlq" = merge(local.dead_letters, {
          description = "Messages of ${queue.queue_name} were given up."
          dimensions  = { QueueName = queue.dead_letter_queue_name }
        })
      },
    )
  ]...)
}
