terraform {
  required_providers {
    qcc = { source = "registry.terraform.io/qccpro/qcc" }
  }
}

# The credentials come from the environment.
provider "qcc" {}

variable "orders" {
  description = "How many companies each order monitors."
  type        = map(number)
}

# One unit of risk monitoring for each company.
resource "qcc_quota_gate" "monitoring" {
  for_each = var.orders
  required = { radar_id = each.value }
}

# This stands for the resource or Terraform module that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each   = var.orders
  depends_on = [qcc_quota_gate.monitoring] # All gates are judged first.
}
