mock_provider "qcc" {
  source = "./tests/qcc"
}

run "nothing_to_order" {
  command = plan

  assert {
    condition     = length(output.short) == 0
    error_message = "A plan that orders nothing must not be blocked."
  }
}

run "enough" {
  command = plan

  variables {
    qcc_required = { radar_id = 48 }
  }

  assert {
    condition     = length(output.short) == 0
    error_message = "48 of 48 must be enough."
  }
}

run "short" {
  command = plan

  variables {
    qcc_required = { radar_id = 49, bene_id = 1 }
  }

  expect_failures = [terraform_data.order]
}

# The account has not bought this quota module, so nothing is available.
run "module_missing" {
  command = plan

  variables {
    qcc_required = { natural_person_id = 1 }
  }

  expect_failures = [terraform_data.order]
}

# This run has counts of its own.
run "used_up" {
  command = plan

  override_data {
    target = data.qcc_quota.this
    values = {
      modules = {
        radar_id = {
          name      = "风险监控-企业"
          total     = 50
          consumed  = 53
          deletable = 0
          remaining = -3
        }
      }
    }
  }

  variables {
    qcc_required = { radar_id = 1 }
  }

  expect_failures = [terraform_data.order]
}
