# A Terraform module brings its own gates. Terraform passes the provider block
# down to it, so the gates of all modules add up. With for_each, all gates are
# judged before the first order. In a second module block, the orders would
# wait for the gates of that block only.
#
# If the module has ordered before it had gates, import them in the root module:
#
#   import {
#     for_each = var.regions["north"]
#
#     to = module.order["north"].qcc_quota_gate.monitoring[each.key]
#     id = "radar_id=1"
#   }

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
