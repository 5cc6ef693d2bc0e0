mock_provider "qcc" {}

variables {
  companies = { first = 2, second = 5 }
}

run "every_order_has_a_gate" {
  command = plan

  assert {
    condition     = keys(qcc_quota_gate.monitoring) == keys(terraform_data.monitoring)
    error_message = "Each order needs a gate with its key."
  }
}

run "gates_require_what_the_orders_need" {
  command = plan

  assert {
    condition     = qcc_quota_gate.monitoring["second"].required == tomap({ radar_id = 1, natural_person_id = 5 })
    error_message = "A company needs 1 of radar_id, and 1 of natural_person_id for each person."
  }
}
