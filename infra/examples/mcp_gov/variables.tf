variable "region" {
  description = "Region of the server"
  type        = string
  default     = "us-gov-west-1"
}

variable "use_fips_endpoint" {
  description = "Calls AWS through endpoints with validated cryptography; off only to plan against an emulator, which has none"
  type        = bool
  default     = true
}

variable "image_uri" {
  description = "Image of the server in ECR, by its digest"
  type        = string
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

variable "truststore" {
  description = "Certificate authorities of clients: address of the bundle in S3 and its version"
  type = object({
    uri     = string
    version = string
  })
}

variable "audit_log_destination_arn" {
  description = "Log destination of the SIEM"
  type        = string
}

variable "key_admin_role" {
  description = "Role that administers the key and cannot use it"
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
