# A Terraform module with a rule of its own. `terraform test` tests it with a
# mocked quota. The tests need no account and no network.

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

data "qcc_quota" "this" {}

locals {
  short = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(local.short) == 0
      error_message = "QCC quota is short by ${jsonencode(local.short)}."
    }
  }
}

output "short" {
  description = "By how much each quota module is short."
  value       = local.short
}
