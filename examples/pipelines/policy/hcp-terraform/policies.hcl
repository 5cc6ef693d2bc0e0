# The policy set for HCP Terraform and Terraform Enterprise: the root of its
# repository has this file and quota.rego. HCP Terraform hands the plan to the
# policy as input.plan.
policy "qcc-quota" {
  query             = "data.main.deny"
  description       = "The QCC quota can pay for what the plan orders."
  enforcement_level = "mandatory" # The default, advisory, only warns.
}
