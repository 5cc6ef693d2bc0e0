terraform {
  required_providers {
    qcc = { source = "qccpro/qcc" }
  }
}

variable "orders" {
  description = "How many companies each order monitors."
  type        = map(number)
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.orders
  required = { radar_id = each.value } # One unit of risk monitoring for each company.
}

# This stands for the resource or module that orders the monitoring, and consumes the quota.
resource "terraform_data" "monitoring" {
  for_each   = var.orders
  depends_on = [qcc_quota_gate.monitoring] # Terraform judges all gates before the first order.
}
