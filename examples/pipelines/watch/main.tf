# Watches the quota, in a folder of its own, so that it blocks no order. Each
# apply warns if a quota module is below the reserve. The state has only the
# outputs, so it needs no backend.
# 监控剩余额度。放在单独的目录中，不会阻止任何订单。低于保留量时，每次 apply 都会
# 警告。它只保存输出值，所以不需要 backend。

terraform {
  required_version = ">= 1.8"

  required_providers {
    qcc = {
      source  = "registry.terraform.io/qccpro/qcc"
      version = "~> 0.1.0"
    }
  }
}

variable "reserve" {
  description = "How much of each quota module should always remain. 各额度模块的保留量。"
  type        = map(number)
  default     = { radar_id = 10 }
  nullable    = false
}

provider "qcc" {}

data "qcc_quota" "this" {}

check "reserve" {
  assert {
    condition = length(local.below) == 0
    error_message = join(" ", [
      for id, count in local.below : "${id}: ${count} below the reserve of ${var.reserve[id]}. 比保留量 ${var.reserve[id]} 少 ${count}。"
    ])
  }
}

locals {
  below = provider::qcc::shortfalls(data.qcc_quota.this.modules, var.reserve)
}

output "quota" {
  description = "All counts, for whatever draws a graph. 全部数值，可用来绘图。"
  value       = data.qcc_quota.this.modules
}

output "below" {
  description = "By how much a module is below its reserve; empty if none is. 各模块比保留量少多少；都不少则为空。"
  value       = local.below
}
