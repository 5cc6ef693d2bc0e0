# One gate for all modules: what a change will consume stands in one variable, which is empty unless new work is ordered.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "qcc_required" {
  description = "What this change will consume, by module id. Set it only when new work is ordered."
  type        = map(number)
  default     = {}
  nullable    = false
}

data "qcc_quota" "this" {}

locals {
  short = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
}

# The work to be ordered.
resource "terraform_data" "order" {
  input = var.qcc_required

  lifecycle {
    precondition {
      condition = length(local.short) == 0
      error_message = join(" ", [
        for id, count in local.short : "QCC quota is short by ${count} for ${id}: ${var.qcc_required[id]} required."
      ])
    }
  }
}
