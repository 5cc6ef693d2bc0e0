# Watches the quota, in a folder of its own, so that it blocks no order. Each
# apply prints a warning for what is below the reserve. It keeps nothing but its
# outputs, so it needs no backend.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

variable "reserve" {
  description = "How much of each quota module should always remain."
  type        = map(number)
  default     = { radar_id = 10 }
  nullable    = false
}

provider "qcc" {}

data "qcc_quota" "this" {}

check "reserve" {
  assert {
    condition = length(local.below) == 0
    error_message = join(" ", [
      for id, count in local.below : "QCC quota of ${id} is ${count} below the reserve of ${var.reserve[id]}."
    ])
  }
}

locals {
  below = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.reserve)
}

output "quota" {
  description = "All counts, for whatever draws a graph."
  value       = data.qcc_quota.this.modules
}

output "below" {
  description = "By how much a module is below its reserve; empty if none is."
  value       = local.below
}
