# Gates that add up with those of all other runs and states that use the same
# reservation database. What a gate is granted at apply counts in the gates of
# all runs until QCC has had time to count the order.
#
# schema.sql creates the tables. For a trial on this machine:
#
#   eval "$(./trial-database.sh)"

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
  description = "The companies to monitor. Each needs 1 of radar_id."
  type        = set(string)
  default     = ["first", "second"]
}

# The URL of the database comes from QCC_RESERVATION_DATABASE, because it may
# hold a password. If it is not set, only the gates of this run add up.
provider "qcc" {
  reservation_ttl = "60m" # The time limit of the CI job. This is the default.
}

resource "qcc_quota_gate" "monitoring" {
  for_each = var.companies

  required = { radar_id = 1 }
}

# Put your own order here: a resource that consumes the quota. It must
# follow in the same apply as its gate.
resource "terraform_data" "monitoring" {
  for_each = var.companies

  input      = each.key
  depends_on = [qcc_quota_gate.monitoring]
}
