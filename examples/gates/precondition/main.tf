# A rule of your own, as a precondition. Terraform judges it at every plan, so its requirement stands in a variable that is empty unless new
# work is ordered. A gate resource does not need that: see the example each-order.

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

provider "qcc" {}

data "qcc_quota" "this" {
  lifecycle {
    # Shows in a plan of OpenTofu, and in one with -target, that it has read the quota. The pipelines' examples rely on it.
    postcondition {
      condition     = self.modules != null
      error_message = "The quota was not read."
    }
  }
}

locals {
  short = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
}

# Stands for what consumes the quota: a resource of another provider, or a module.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition = length(local.short) == 0
      error_message = join(" ", [
        for id, count in local.short :
        contains(keys(data.qcc_quota.this.modules), id)
        ? "QCC quota is short by ${count} for ${id}: ${var.qcc_required[id]} required."
        : "The account has no module ${id}: it has ${join(", ", keys(data.qcc_quota.this.modules))}."
      ])
    }
  }
}
