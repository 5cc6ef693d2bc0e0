# The policy set for HCP Terraform and Terraform Enterprise. Put this file and
# quota.rego into the root of its repository. HCP Terraform passes the plan to
# the policy as input.plan.
#
# Contributed: the policy is tested with such input, but HCP Terraform is not.
policy "qcc-quota" {
  query             = "data.main.deny"
  description       = "Gates and conditions have accepted the plan, and have judged each order."
  enforcement_level = "mandatory" # The default, advisory, only warns.
}
