mock_data "aws_region" {
  defaults = { name = "us-east-1" }
}
