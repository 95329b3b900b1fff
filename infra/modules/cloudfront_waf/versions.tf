terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
      # CloudFront takes certificates, web ACLs and their logs from us-east-1 only.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
