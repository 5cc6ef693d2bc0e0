# An early warning. The plan continues, and warns that the quota is low while
# there is still time to buy more.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

variable "qcc_reserve" {
  description = "How much of each quota module should always remain."
  type        = map(number)
  default     = { radar_id = 10, bene_id = 10, natural_person_id = 10 }
  nullable    = false
}

provider "qcc" {}

# Keep this outside the check block. Inside, Terraform reads it again at the
# end of every apply, and every plan shows changes.
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
