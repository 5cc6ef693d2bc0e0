terraform {
  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

provider "qcc" {}

ephemeral "qcc_quota" "now" {}

# What this run orders. Empty by default.
variable "qcc_required" {
  type    = map(number)
  default = {}
}

locals {
  modules = ephemeral.qcc_quota.now.modules
  short   = provider::qcc::shortfalls(local.modules, var.qcc_required)
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "order" {
  lifecycle {
    # Judged at plan, and again when the plan is applied.
    precondition {
      condition     = length(local.short) == 0
      error_message = "QCC quota is short now."
    }
  }
}
