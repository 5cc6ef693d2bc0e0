# Work that was ordered before there was a gate. The import block adds a gate
# for it: nothing is judged, and no request is sent. Companies that you add
# later are judged.

terraform {
  required_version = ">= 1.7"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
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

# The ID lists what the order needed of each quota module. Remove this block
# after the apply.
import {
  for_each = var.ordered_before

  to = qcc_quota_gate.monitoring[each.key]
  id = "radar_id=1"
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
