terraform {
  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

# QCC_KEY and QCC_SECRET_KEY hold the credentials. They stay out of code,
# plans and state.
provider "qcc" {
  timeout     = "90s" # Default: 60s. For a slow proxy, for example.
  max_retries = 2     # Default: 3.
}
