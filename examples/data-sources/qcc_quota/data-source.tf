terraform {
  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

# QCC_KEY and QCC_SECRET_KEY hold the credentials.
provider "qcc" {}

data "qcc_quota" "this" {}

# What is left of each quota module:
# { bene_id = 98, natural_person_id = 50, radar_id = 48 }
output "remaining" {
  value = {
    for id, module in data.qcc_quota.this.modules : id => module.remaining
  }
}
