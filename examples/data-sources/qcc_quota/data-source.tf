terraform {
  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

provider "qcc" {}

data "qcc_quota" "this" {}

# What this run orders. Empty by default.
variable "qcc_required" {
  type    = map(number)
  default = {}
}

locals {
  modules = data.qcc_quota.this.modules
  short   = provider::qcc::shortfalls(local.modules, var.qcc_required)
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(local.short) == 0
      error_message = "QCC quota is short by ${jsonencode(local.short)}."
    }
  }
}
