# A gate: the plan refuses to order work that the quota cannot pay for, and says which module is short, and by how much.

terraform {
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

  validation {
    condition     = alltrue([for count in values(var.qcc_required) : try(count >= 0 && floor(count) == count, false)])
    error_message = "A requirement must be a whole number, and not negative."
  }
}

data "qcc_quota" "this" {}

locals {
  modules = data.qcc_quota.this.modules

  # What is left of each module that is asked for. A module that is absent, or whose remaining is null, has nothing left that
  # anybody can count on.
  remaining = {
    for id in keys(var.qcc_required) : id => try(coalesce(local.modules[id].remaining), 0)
  }

  short = {
    for id, required in var.qcc_required : id => required - local.remaining[id]
    if required > 0 && required > local.remaining[id]
  }
}

# The work to be ordered. The condition stands here and not in the data block: on whoever consumes the quota.
resource "terraform_data" "order" {
  input = var.qcc_required

  lifecycle {
    precondition {
      condition = length(local.short) == 0
      error_message = join("\n", [
        for id, count in local.short :
        "QCC quota is short by ${count} for ${id}: required ${var.qcc_required[id]}, ${
          can(local.modules[id])
          ? "remaining ${local.remaining[id]}"
          : "not among the account's modules (${join(", ", keys(local.modules))})"
        }."
      ])
    }
  }
}
