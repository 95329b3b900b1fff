variable "region" {
  description = "Region of the server"
  type        = string
  default     = "us-east-1"
}

variable "image_uri" {
  description = "Image of the server in ECR, by its digest"
  type        = string
}

variable "tenants" {
  description = "Tenants, and where they differ from the default, what their sessions may do"
  type = map(object({
    actions   = optional(set(string))
    s3_prefix = optional(string)
  }))
}

variable "metered_tenant_ids" {
  description = "Tenants that get metrics and alarms of their own"
  type        = set(string)
}

variable "waf_acl_arn" {
  description = "Regional web ACL of the account"
  type        = string
}

variable "domain_name" {
  description = "Name under which clients reach the server"
  type        = string
}

variable "hosted_zone_id" {
  description = "Zone of the domain"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the domain, in the region of the server"
  type        = string
}

variable "kms_key_arn" {
  description = "Key of the data, made before the server, so that a plan shows every policy in full"
  type        = string
}

variable "alarm_email" {
  description = "Who gets alarms of every tier; the address has to confirm"
  type        = string
}

variable "pager_url" {
  description = "HTTPS address of the pager, for P1"
  type        = string
}
