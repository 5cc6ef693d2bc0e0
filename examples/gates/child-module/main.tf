# A child module brings its own gate. Terraform passes the one provider block down, so the gates of all modules add up. With for_each, all
# gates are judged before the first order. The orders of a second module block would wait for the gates of that block only.

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

variable "regions" {
  description = "The companies under risk monitoring, by region."
  type        = map(set(string))
  default     = { north = ["first"], south = ["second", "third"] }
}

provider "qcc" {}

module "order" {
  source   = "./order"
  for_each = var.regions

  companies = each.value
}
