# Two companies, each with its own credentials and quota. The credentials of
# the parent company come from QCC_KEY and QCC_SECRET_KEY.

terraform {
  required_version = ">= 1.10"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

# Set TF_VAR_subsidiary_key and TF_VAR_subsidiary_secret_key, at plan and at
# apply. A saved plan does not contain ephemeral variables. It contains
# variables that are only sensitive, in clear text. nullable = false refuses
# null, with which the provider would take the parent company's credentials.
variable "subsidiary_key" {
  description = "The subsidiary's company key."
  type        = string
  sensitive   = true
  ephemeral   = true
  nullable    = false
}

variable "subsidiary_secret_key" {
  description = "The subsidiary's SecretKey."
  type        = string
  sensitive   = true
  ephemeral   = true
  nullable    = false
}

variable "parent_companies" {
  description = "The companies that the parent company monitors."
  type        = set(string)
  default     = ["first"]
}

variable "subsidiary_companies" {
  description = "The companies that the subsidiary monitors."
  type        = set(string)
  default     = ["second"]
}

provider "qcc" {}

provider "qcc" {
  alias      = "subsidiary"
  key        = var.subsidiary_key
  secret_key = var.subsidiary_secret_key
}

resource "qcc_quota_gate" "parent" {
  for_each = var.parent_companies

  required = { radar_id = 1 }
}

resource "qcc_quota_gate" "subsidiary" {
  provider = qcc.subsidiary
  for_each = var.subsidiary_companies

  required = { radar_id = 1 }
}

# Put your own order here: a resource that consumes the quota. It waits for
# the gates of both companies. If one gate is refused, nothing is ordered.
resource "terraform_data" "monitoring" {
  for_each = setunion(var.parent_companies, var.subsidiary_companies)

  input      = each.key
  depends_on = [qcc_quota_gate.parent, qcc_quota_gate.subsidiary]
}
