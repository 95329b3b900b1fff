variable "region" {
  description = "Region of the server"
  type        = string
  default     = "us-east-1"
}

variable "image_uri" {
  description = "Image of the server in ECR; in dev a tag will do"
  type        = string
}
