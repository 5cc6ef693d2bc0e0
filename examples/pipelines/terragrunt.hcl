# A plan with a quota gate, for Terragrunt: copy the block into terragrunt.hcl
# of a unit, or into the file that your units include. quota.jq stands in the
# folder ci at the root of the repository.
#
# terragrunt plan writes the summary to its output, and fails if the plan must
# not be applied. Run terragrunt apply tfplan only after a plan that passed.
terraform {
  extra_arguments "save" {
    commands  = ["plan"]
    arguments = ["-out=tfplan"]
  }

  after_hook "qcc_quota" {
    commands = ["plan"]
    # Shows the summary of a plan that a gate has refused, too.
    run_on_error = true
    # Terragrunt names the command that it runs, Terraform or OpenTofu. The plan
    # goes through a pipe and into no file: its JSON has the values of sensitive
    # variables in clear.
    execute = [
      "sh", "-c",
      "\"$TG_CTX_TF_PATH\" show -json tfplan | jq --null-input --stream --raw-output --from-file \"$1\"",
      "qcc_quota", "${get_repo_root()}/ci/quota.jq",
    ]
  }
}
