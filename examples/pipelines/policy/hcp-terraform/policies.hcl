# The policy set for HCP Terraform and Terraform Enterprise. Put this file and
# quota.rego into the root of its repository. HCP Terraform passes the plan to
# the policy as input.plan.
policy "qcc-quota" {
  query             = "data.main.deny"
  description       = "The QCC quota can pay for what the plan orders."
  enforcement_level = "mandatory" # The default, advisory, only warns.
}
