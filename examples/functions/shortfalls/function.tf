terraform {
  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

# { natural_person_id = 10 }
output "short" {
  value = provider::qcc::shortfalls(
    { radar_id = { remaining = 48 }, natural_person_id = { remaining = 50 } },
    { radar_id = 40, natural_person_id = 60 }
  )
}
