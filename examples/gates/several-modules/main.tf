# If an order needs several quota modules, one gate names all of them. If the
# number of persons grows, only the growth is judged.

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
  description = "Companies to monitor, and how many persons to check in each."
  type        = map(number)
  default     = { first = 2, second = 5 }
}

provider "qcc" {}

resource "qcc_quota_gate" "screening" {
  for_each = var.companies

  required = {
    radar_id          = 1
    bene_id           = 1
    natural_person_id = each.value
  }
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "screening" {
  for_each = var.companies

  input      = { company = each.key, persons = each.value }
  depends_on = [qcc_quota_gate.screening]
}
