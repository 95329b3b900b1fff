terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
      # CloudFront and what belongs to it live in us-east-1, wherever the platform is.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
