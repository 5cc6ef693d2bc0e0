# Contributed: tests run the hooks, not Terragrunt.
# A plan with a quota gate, for Terragrunt. Copy the block into terragrunt.hcl
# of a unit, or into the file that your units include. Put quota.jq into the
# folder ci at the root of the repository. terragrunt plan writes the summary to
# its output, and fails if the plan must not be applied. If the registry does not
# have the provider, set TF_CLI_CONFIG_FILE to a file that names your mirror.
# With QCC_LANGUAGE=zh in the environment, summary and errors are in Chinese.
# 社区贡献：本项目只测试其中的 hook，没有在 Terragrunt 中运行。
# 用于 Terragrunt。把这个块复制到单元的 terragrunt.hcl 或各单元引用的文件中；
# quota.jq 放在仓库根目录的 ci 目录。terragrunt plan 输出摘要，plan 被拒绝时失败。
# registry 中没有 provider 时，把 TF_CLI_CONFIG_FILE 设为指定镜像的文件。环境变量
# QCC_LANGUAGE=zh 使摘要和错误信息为中文。
terraform {
  extra_arguments "save" {
    commands  = ["plan"]
    arguments = ["-out=tfplan"]
  }

  # If Terraform writes no plan, an earlier one must not be judged.
  # Terraform 没有写出 plan 时，不能拿以前的 plan 来判断。
  before_hook "qcc_quota_clean" {
    commands = ["plan"]
    execute  = ["rm", "-f", "tfplan"]
  }

  # Also after a refused plan. The JSON of the plan stays in a pipe, because it
  # has sensitive values in clear. TG_CTX_TF_PATH is Terraform or OpenTofu.
  # plan 被拒绝时也会运行。plan 的 JSON 只走管道：其中的敏感值是明文。
  # TG_CTX_TF_PATH 是 Terraform 或 OpenTofu。
  after_hook "qcc_quota" {
    commands     = ["plan"]
    run_on_error = true
    execute = [
      "sh", "-c",
      "\"$TG_CTX_TF_PATH\" show -json tfplan | jq --null-input --raw-output --from-file \"$1\"",
      "qcc_quota", "${get_repo_root()}/ci/quota.jq",
    ]
  }
}
