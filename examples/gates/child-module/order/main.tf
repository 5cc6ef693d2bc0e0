# Orders work, if the quota that it is given suffices.

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "modules" {
  description = "The quota of each module: data.qcc_quota.NAME.modules."
  type        = map(object({ remaining = number }))
}

variable "required" {
  description = "What this module will consume, by module id."
  type        = map(number)
}

locals {
  short = provider::qcc::shortfalls(var.modules, var.required)
}

resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(local.short) == 0
      error_message = "QCC quota is short by ${jsonencode(local.short)}."
    }
  }
}
