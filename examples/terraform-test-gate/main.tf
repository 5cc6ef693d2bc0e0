# A module with gates, and tests of what the gates require. The tests need no account and no network: terraform test.

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "companies" {
  description = "The companies under risk monitoring, with the number of persons to check in each."
  type        = map(number)
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1, natural_person_id = each.value }
}

# Stands for what consumes the quota: a resource of another provider.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
