# One gate with a total. It is shorter than one gate for each order, but it
# judges only growth of the total. It misses a company that is swapped for
# another. It cannot be replaced for a single order that failed.

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
  required = { radar_id = length(var.companies) }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
