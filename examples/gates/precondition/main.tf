# The smallest gate: a precondition on what consumes the quota. The plan refuses to order what the quota cannot pay for.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "companies_to_add" {
  description = "How many companies this change puts under risk monitoring. Set it only when new work is ordered."
  type        = number
  default     = 0
}

provider "qcc" {}

data "qcc_quota" "this" {}

locals {
  short = provider::qcc::shortfalls(data.qcc_quota.this.modules, { radar_id = var.companies_to_add })
}

# Stands for what consumes the quota: a resource of another provider, or a module. The condition belongs there, and not into the
# data block.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(local.short) == 0
      error_message = "QCC quota is short by ${jsonencode(local.short)}."
    }
  }
}
