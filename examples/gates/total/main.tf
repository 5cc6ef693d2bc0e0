# One gate with a total. It is shorter than a gate for each order, and counts only growth: it does not see that one company is swapped for
# another, and it cannot be replaced for a single order that failed.

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "companies" {
  description = "The companies under risk monitoring."
  type        = set(string)
  default     = ["first", "second"]
}

provider "qcc" {}

resource "qcc_quota_gate" "monitoring" {
  required = { radar_id = length(var.companies) }
}

# Stands for what consumes the quota: a resource of another provider, or a Terraform module.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
