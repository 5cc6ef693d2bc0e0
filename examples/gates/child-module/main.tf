# The root module reads the quota once, and hands it to the module that orders the work. That module needs no provider of its own
# configuration, can be tested with plain values, and nobody can put its read off by a depends_on.

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

data "qcc_quota" "this" {}

module "order" {
  source = "./order"

  modules  = data.qcc_quota.this.modules
  required = var.qcc_required
}
