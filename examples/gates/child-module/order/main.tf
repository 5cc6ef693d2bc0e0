# Orders monitoring of companies. Do not add a provider block here: its gates
# would not be added up with the gates of other modules.

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = ">= 0.1.0"
    }
  }
}

variable "companies" {
  description = "The companies under risk monitoring."
  type        = set(string)
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
