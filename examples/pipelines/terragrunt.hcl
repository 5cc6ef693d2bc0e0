# A plan with a quota gate, for Terragrunt. Copy the block into terragrunt.hcl
# of a unit, or into the file that your units include. Put quota.jq into the
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
    # The hook also runs after a plan that a gate has refused.
    run_on_error = true
    # TG_CTX_TF_PATH is the command that Terragrunt runs, Terraform or OpenTofu.
    # The JSON goes through a pipe and not into a file, because it has the
    # values of sensitive variables in clear.
    execute = [
      "sh", "-c",
      "\"$TG_CTX_TF_PATH\" show -json tfplan | jq --null-input --stream --raw-output --from-file \"$1\"",
      "qcc_quota", "${get_repo_root()}/ci/quota.jq",
    ]
  }
}
