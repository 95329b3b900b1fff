variable "region" {
  description = "Region of the platform."
  type        = string
  default     = "us-east-1"
}

variable "emulator" {
  description = "Whether AWS_ENDPOINT_URL names an emulator, which finds buckets by path and not by host name."
  type        = bool
  default     = false
}

variable "enable_network" {
  description = "Whether there is a VPC, for Fargate and Redis."
  type        = bool
  default     = true
}

variable "enable_cache" {
  description = "Whether there is a Redis."
  type        = bool
  default     = true
}

variable "enable_cdn" {
  description = "Whether CloudFront is before the platform."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data."
  type        = bool
  default     = true
}

variable "tasks_enabled" {
  description = "Whether the API is invoked on a schedule."
  type        = bool
  default     = true
}

variable "artifacts_dir" {
  description = "Folder with one zip per Lambda service."
  type        = string
  default     = "artifacts"
}

variable "architecture" {
  description = "Processor that the programs are built for."
  type        = string
  default     = "arm64"
}

variable "container_images" {
  description = "Image per Fargate service; one without an image is not deployed."
  type        = map(string)
  default     = {}
}

variable "public_url" {
  description = "Public URL of the API, for links in e-mails."
  type        = string
  default     = "https://localhost"
}

variable "extra_environment" {
  description = "Further settings of all services, such as the address of an emulator."
  type        = map(string)
  default     = {}
}
