# Orders monitoring of a company. The gate is in the root module.

terraform {
  required_version = ">= 1.4"
}

variable "company" {
  description = "The company under risk monitoring."
  type        = string
}

# Put your own order here: a resource that consumes the quota.
resource "terraform_data" "monitoring" {
  input = var.company
}
