# The policy group for Scalr. Put this file and quota.rego into its folder.
# Scalr expects the package terraform, so change the package of quota.rego:
#
#   sed 's/^package main$/package terraform/' quota.rego > scalr/quota.rego
#
# Scalr passes the plan to the policy as input.tfplan. The policy group requires
# OPA 0.59 or newer.
#
# Contributed: the policy is tested with such input, but Scalr is not.
version = "v1"

policy "quota" {
  enabled           = true
  enforcement_level = "hard-mandatory" # Users can override soft-mandatory.
}
