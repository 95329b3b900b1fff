terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
      # What is global is watched from us-east-1, and alarms notify in their own region only.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
