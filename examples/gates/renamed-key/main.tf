# A key is renamed. Without the moved blocks, the renamed gate is a new one: the plan asks for its whole requirement again.

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
  default     = ["first_renamed", "second"]
}

provider "qcc" {}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Stands for what consumes the quota: a resource of another provider, or a Terraform module.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  depends_on = [qcc_quota_gate.monitoring]
}

moved {
  from = qcc_quota_gate.monitoring["first"]
  to   = qcc_quota_gate.monitoring["first_renamed"]
}

moved {
  from = terraform_data.monitoring["first"]
  to   = terraform_data.monitoring["first_renamed"]
}
