# Work that was ordered before there was a gate. The import block takes it over: nothing is judged, and QCC is not asked. Companies that
# you add later are judged.

terraform {
  required_version = ">= 1.7"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "companies" {
  description = "The companies under risk monitoring, old and new."
  type        = set(string)
  default     = ["first", "second"]
}

variable "ordered_before" {
  description = "The companies that were under risk monitoring before there was a gate."
  type        = set(string)
  default     = ["first", "second"]
}

provider "qcc" {}

# The ID lists what the order has needed of each quota module. Remove this block after the apply.
import {
  for_each = var.ordered_before

  to = qcc_quota_gate.monitoring[each.key]
  id = "radar_id=1"
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Stands for what consumes the quota: a resource of another provider, or a Terraform module.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
