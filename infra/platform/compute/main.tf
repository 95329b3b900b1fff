data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  topology   = jsondecode(file("${path.module}/../../topology.json"))
  partition  = data.aws_partition.current.partition
  dns_suffix = data.aws_partition.current.dns_suffix
  account    = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.name
  prefix     = "${var.name}-${var.environment}"

  services           = local.topology.services
  function_services  = [for service, facts in local.services : service if facts.compute == "lambda"]
  container_services = [for service, facts in local.services : service if facts.compute == "fargate"]

  tags = merge(var.tags, {
    Environment = var.environment
    ManagedBy   = "OpenTofu"
    Project     = var.name
    CostCenter  = var.cost_center
    Service     = "compute"
  })
}
