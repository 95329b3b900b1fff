terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# Sees the module as its callers do: what it hands out can only be listed from outside.
module "server" {
  source = "../.."

  name                   = "tools"
  environment            = "dev"
  image_uri              = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tools:1"
  vpc_id                 = "vpc-0a1b2c3d"
  vpc_subnet_ids         = ["subnet-0a1b2c3d"]
  vpc_security_group_ids = ["sg-0a1b2c3d"]
  kms_key_arn            = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/k"
}

output "names" {
  value = keys(module.server)
}
