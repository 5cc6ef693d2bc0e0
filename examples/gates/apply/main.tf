# A rule of your own, judged at plan and again at apply. The data source puts
# the counts into the plan. Terraform reads the ephemeral resource again at
# apply. If the quota was used up meanwhile, the apply fails.

terraform {
  required_version = ">= 1.10"

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

ephemeral "qcc_quota" "now" {}

locals {
  short     = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
  short_now = provider::qcc::shortfalls(ephemeral.qcc_quota.now.modules, var.qcc_required)
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition = length(local.short) == 0
      error_message = join(" ", [
        for id, count in local.short : "QCC quota is short by ${count} for ${id}: ${var.qcc_required[id]} required."
      ])
    }

    # Judged at plan and at apply. The message is a fixed text, because
    # Terraform does not print ephemeral values.
    precondition {
      condition     = length(local.short_now) == 0
      error_message = "QCC quota is short now."
    }
  }
}
