# Work that is ordered already must not be blocked once the quota is spent. A precondition is judged at every plan, also for a
# resource that exists and does not change, so the requirement is not the number of companies that are monitored: it is what this
# change adds to them, and empty in all other plans.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "companies" {
  description = "The companies under risk monitoring, old and new."
  type        = set(string)
  default     = ["first", "second"]
  nullable    = false
}

variable "qcc_required" {
  description = "What this change will consume, by module id. Set it only when new work is ordered."
  type        = map(number)
  default     = {}
  nullable    = false
}

provider "qcc" {}

data "qcc_quota" "this" {}

locals {
  short = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.qcc_required)
}

resource "terraform_data" "monitored" {
  for_each = var.companies

  input      = each.key
  depends_on = [terraform_data.gate]
}

# The gate is a resource of its own: it is judged once, not once a company, and before all of them.
resource "terraform_data" "gate" {
  lifecycle {
    precondition {
      condition     = length(local.short) == 0
      error_message = "QCC quota is short by ${jsonencode(local.short)}."
    }
  }
}
