# A company is swapped for another, and the key of the order stays. The new
# company needs quota, so it needs a gate of its own. Therefore the key of the
# gate also names the company.

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
  description = "The company under risk monitoring, for each contract."
  type        = map(string)
  default     = { contract_1 = "first", contract_2 = "second" }
}

provider "qcc" {}

resource "qcc_quota_gate" "monitoring" {
  for_each = toset([for contract, company in var.companies : "${contract}/${company}"])

  required = { radar_id = 1 }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.value
  depends_on = [qcc_quota_gate.monitoring]
}
