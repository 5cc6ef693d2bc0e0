# A gate at plan and at apply. The data source gives the plan its numbers. The ephemeral resource is read again at apply, so that
# a saved plan is refused too if the quota was used up after it was made.

terraform {
  required_version = ">= 1.10"

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

ephemeral "qcc_quota" "now" {}

locals {
  short     = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
  short_now = provider::qcc::shortfalls(ephemeral.qcc_quota.now.modules, var.qcc_required)
}

# Stands for what consumes the quota: a resource of another provider, or a module.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition = length(local.short) == 0
      error_message = join(" ", [
        for id, count in local.short : "QCC quota is short by ${count} for ${id}: ${var.qcc_required[id]} required."
      ])
    }

    # Judged at plan and at apply. Its message is a fixed text, because nothing of an ephemeral value may leave the run.
    precondition {
      condition     = length(local.short_now) == 0
      error_message = "QCC quota is short now. The output of terraform plan shows by how much."
    }
  }
}
