variable "region" {
  description = "Region of the platform."
  type        = string
  default     = "us-east-1"
}

variable "domain_name" {
  description = "Name under which people reach the platform; origin.<name> and ws.<name> lead to what is behind CloudFront."
  type        = string
}

variable "hosted_zone_id" {
  description = "Zone of the domain."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the domain, in us-east-1."
  type        = string
}

variable "regional_certificate_arn" {
  description = "Certificate of origin.<domain> and ws.<domain>, in the region of the platform."
  type        = string
}

variable "key_admin_role" {
  description = "Role that administers the keys and cannot use them."
  type        = string
}

variable "artifacts_dir" {
  description = "Folder with one zip per Lambda service."
  type        = string
}

variable "image_digests" {
  description = "Digest (sha256:...) of the image of each Fargate service, in the account's own registry."
  type        = map(string)
}

variable "insights_layer_arn" {
  description = "Version of the layer LambdaInsightsExtension-Arm64 in this region."
  type        = string
}

variable "cloudfront_prefix_list_id" {
  description = "Prefix list com.amazonaws.global.cloudfront.origin-facing of this region."
  type        = string
}

variable "secret_rotation_function_arn" {
  description = "Function that rotates secrets; see the README of platform/stack."
  type        = string
}

variable "alarm_email" {
  description = "Address of those who are on duty."
  type        = string
}

variable "pager_url" {
  description = "HTTPS address of the paging service."
  type        = string
}
