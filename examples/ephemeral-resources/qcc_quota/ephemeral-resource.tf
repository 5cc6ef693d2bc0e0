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

ephemeral "qcc_quota" "now" {}

# Judged at plan, and again when the plan is applied.
resource "terraform_data" "order" {
  lifecycle {
    precondition {
      condition = length(provider::qcc::shortfalls(
        ephemeral.qcc_quota.now.modules, { radar_id = 40 }
      )) == 0
      error_message = "QCC quota of radar_id is short now: 40 required."
    }
  }
}
