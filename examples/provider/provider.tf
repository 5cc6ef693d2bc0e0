terraform {
  required_providers {
    qcc = {
      source = "qccpro/qcc"
    }
  }
}

# The credentials come from the environment variables QCC_KEY and QCC_SECRET_KEY, and so stay out of code, plan and state.
provider "qcc" {
  timeout     = "30s"
  max_retries = 2
}
