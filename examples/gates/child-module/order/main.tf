# Orders monitoring of companies. It has no provider block: a second block would count its gates apart from those of the other modules.

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
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Stands for what consumes the quota: a resource of another provider.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
