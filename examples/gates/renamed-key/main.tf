# A key is renamed. Without the moved blocks, Terraform sees a new gate, and
# the plan judges its whole requirement again.

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
  default     = ["first_renamed", "second"]
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
}

moved {
  from = qcc_quota_gate.monitoring["first"]
  to   = qcc_quota_gate.monitoring["first_renamed"]
}

moved {
  from = terraform_data.monitoring["first"]
  to   = terraform_data.monitoring["first_renamed"]
}
