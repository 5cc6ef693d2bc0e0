# A gate for each order. Each gate says what its order needs. The plan adds up what is new, and is refused if the quota does not suffice.

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

# The gate of a company that is already under monitoring adds nothing.
resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Stands for what consumes the quota: a resource of another provider, or a Terraform module.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring] # All gates are judged before the first order.
}
