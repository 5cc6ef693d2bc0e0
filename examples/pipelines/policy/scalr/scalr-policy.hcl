# The policy group for Scalr: its folder has this file and quota.rego, whose
# package Scalr expects to be terraform:
#
#   sed 's/^package main$/package terraform/' quota.rego > scalr/quota.rego
#
# Scalr hands the plan to the policy as input.tfplan. Give the policy group OPA
# 0.59 or newer.
version = "v1"

policy "quota" {
  enabled           = true
  enforcement_level = "hard-mandatory" # A soft-mandatory one can be overridden.
}
