# An early warning: the plan goes on, and says that the quota runs low while there is still time to buy more.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "qcc_reserve" {
  description = "How much of each module, by its id, should always be left."
  type        = map(number)
  default     = { radar_id = 10, bene_id = 10, natural_person_id = 10 }
  nullable    = false
}

provider "qcc" {}

# Not inside the check block: there it would be read at the end of every apply, and every plan would seem to have changes.
data "qcc_quota" "this" {}

locals {
  below_reserve = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_reserve)
}

check "qcc_quota" {
  assert {
    condition = length(local.below_reserve) == 0
    error_message = join(" ", [
      for id, count in local.below_reserve : "QCC quota of ${id} is ${count} below the reserve of ${var.qcc_reserve[id]}."
    ])
  }
}
