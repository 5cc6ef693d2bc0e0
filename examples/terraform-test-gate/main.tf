# A Terraform module with gates. `terraform test` tests what the gates require.
# The tests need no account and no network.

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

# QCC_KEY and QCC_SECRET_KEY hold the credentials.
provider "qcc" {}

variable "companies" {
  description = "Companies to monitor, and how many persons to check in each."
  type        = map(number)
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1, natural_person_id = each.value }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
