# A rule of your own, as a precondition. Terraform judges it at every plan. So
# the requirement is a variable that is empty, unless the run orders new work.
# A gate resource does not need that: see the example each-order.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

variable "qcc_required" {
  description = "What this run orders, by quota module. Set it only if it orders new work."
  type        = map(number)
  default     = {}
  nullable    = false
}

provider "qcc" {}

data "qcc_quota" "this" {
  lifecycle {
    # Shows that the quota was read. The scripts in examples/pipelines require
    # it for plans of OpenTofu, and for plans with -target.
    postcondition {
      condition     = self.modules != null
      error_message = "The quota was not read."
    }
  }
}

locals {
  short = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
}

# Put your own order here: a resource that consumes the quota.
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
