# A Terraform module brings its own gate. Terraform passes the provider block
# down to it, so the gates of all modules add up. With for_each, all gates are
# judged before the first order. In a second module block, the orders would
# wait for the gates of that block only.

terraform {
  required_version = ">= 1.4"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
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
