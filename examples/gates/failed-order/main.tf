# An order failed after its gate had passed. The gate is in the state, so the
# next plan does not judge it. Before you try again, replace the gate of each
# order that is missing:
#
#   terraform plan -replace='qcc_quota_gate.monitoring["second"]' -out=tfplan
#   terraform apply tfplan

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

variable "companies" {
  description = "The companies under risk monitoring."
  type        = set(string)
  default     = ["first", "second"]
}

variable "order" {
  description = "The command that orders monitoring of the company in COMPANY."
  type        = string
  default     = "echo ordered"
}

provider "qcc" {}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  depends_on = [qcc_quota_gate.monitoring]

  provisioner "local-exec" {
    command     = var.order
    environment = { COMPANY = each.key }
  }
}
