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

# By how much each quota module is short: { natural_person_id = 10 }, if 48 of
# radar_id and 50 of natural_person_id are left.
output "short" {
  value = provider::qcc::shortfalls(data.qcc_quota.this.modules, {
    radar_id          = 40
    natural_person_id = 60
  })
}
