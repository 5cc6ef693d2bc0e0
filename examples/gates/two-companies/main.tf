# Two companies, each with its own credentials and quota. The first company's come from QCC_KEY and QCC_SECRET_KEY.

terraform {
  required_version = ">= 1.10"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

# Ephemeral variables stay out of a saved plan; merely sensitive ones stand in it in clear. Set them by TF_VAR_subsidiary_key and
# TF_VAR_subsidiary_secret_key, at plan and at apply.
variable "subsidiary_key" {
  description = "The subsidiary's company key."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "subsidiary_secret_key" {
  description = "The subsidiary's SecretKey."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "parent_required" {
  description = "What this change will consume of the parent company's quota, by module id."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "subsidiary_required" {
  description = "What this change will consume of the subsidiary's quota, by module id."
  type        = map(number)
  default     = {}
  nullable    = false
}

provider "qcc" {}

provider "qcc" {
  alias      = "subsidiary"
  key        = var.subsidiary_key
  secret_key = var.subsidiary_secret_key
}

data "qcc_quota" "parent" {}

data "qcc_quota" "subsidiary" {
  provider = qcc.subsidiary
}

locals {
  parent_short     = provider::qcc::shortfalls(data.qcc_quota.parent.modules, var.parent_required)
  subsidiary_short = provider::qcc::shortfalls(data.qcc_quota.subsidiary.modules, var.subsidiary_required)
}

# Stands for what consumes the quota: a resource of another provider, or a module.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition     = length(local.parent_short) == 0
      error_message = "The parent company's QCC quota is short by ${jsonencode(local.parent_short)}."
    }

    precondition {
      condition     = length(local.subsidiary_short) == 0
      error_message = "The subsidiary's QCC quota is short by ${jsonencode(local.subsidiary_short)}."
    }
  }
}
