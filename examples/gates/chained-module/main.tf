# The orders are in a Terraform module. Its for_each is the gates, so the
# module waits for all of them. Do not write depends_on on the module: Terraform
# would then read the module's data sources at apply, and could replace existing
# orders.

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

provider "qcc" {}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Put your own module here: a Terraform module that consumes the quota.
module "monitoring" {
  source   = "./monitoring"
  for_each = qcc_quota_gate.monitoring

  company = each.key
}
