variable "region" {
  description = "Region of the server; CloudFront's web ACL shares its key, so it is us-east-1"
  type        = string
  default     = "us-east-1"

  validation {
    condition     = var.region == "us-east-1"
    error_message = "Keep us-east-1, or give the edge a key of its own there: CloudFront's web ACL writes its log in us-east-1."
  }
}

variable "image_uri" {
  description = "Image of the server in ECR, by its digest"
  type        = string
}

variable "domain_name" {
  description = "Name under which clients reach the server; origin.<name> leads to the API behind CloudFront"
  type        = string
}

variable "hosted_zone_id" {
  description = "Zone of the domain"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the domain, in us-east-1"
  type        = string
}

variable "origin_certificate_arn" {
  description = "Certificate of origin.<domain>, in the region of the server"
  type        = string
}

variable "key_admin_role" {
  description = "Role that administers the key and cannot use it"
  type        = string
}

variable "replication_regions" {
  description = "Regions that images are replicated to"
  type        = set(string)
}

variable "alarm_email" {
  description = "Who gets alarms of every tier; the address has to confirm"
  type        = string
}

variable "pager_url" {
  description = "HTTPS address of the pager, for P1"
  type        = string
}
