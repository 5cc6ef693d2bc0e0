package message

import (
	"fmt"
	"strconv"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// Descriptions returns the descriptions of the provider, of blocks such as "data.qcc_quota", and of attributes by their names. The schema has
// the English texts. make generate writes the Chinese ones into the guides that are the reference in Chinese.
func Descriptions() map[string]Text {
	timeout, ttl := fmt.Sprintf("%.0fs", qcc.DefaultTimeout.Seconds()), fmt.Sprintf("%.0fm", reservation.DefaultTTL.Minutes())
	retries, mostRetries := strconv.Itoa(qcc.DefaultMaxRetries), strconv.Itoa(qcc.LimitMaxRetries)

	return map[string]Text{
		"provider": {
			"Refuses plans that add more than the remaining quota at QCC Pro (企查查专业版).",
			"新增用量超过企查查专业版的剩余额度时，拒绝 plan。",
		},
		"base_url": {
			"The `https` URL of QCC Pro, of a gateway, or of the emulator; `http` only for loopback hosts. A path is kept as a prefix. It must not " +
				"have a user name, query or fragment. Environment variable: `QCC_BASE_URL`. Defaults to `" + qcc.DefaultBaseURL + "`.",
			"企查查专业版、自建网关或模拟服务的 `https` URL；只有本机回环地址可以用 `http`。其中的路径作为前缀保留。不得包含用户名、查询参数和片段。" +
				"环境变量：`QCC_BASE_URL`。默认值：`" + qcc.DefaultBaseURL + "`。",
		},
		"key": {
			"The company key. QCC Pro shows it under 设置中心 -> 我的公司. Required here or in the environment variable `QCC_KEY`.",
			"公司 key，在企查查专业版的“设置中心 -> 我的公司”中查看。必须在 provider 块或环境变量 `QCC_KEY` 中设置。",
		},
		"language": {
			"The language of errors and warnings: `en` or `zh` (simplified Chinese, 简体中文). Environment variable: `QCC_LANGUAGE`. Functions and the " +
				"validation of gates use only the variable. Defaults to `en`.",
			"错误和警告的语言：`en`（英文）或 `zh`（简体中文）。环境变量：`QCC_LANGUAGE`。函数和门禁的校验只看环境变量。默认值：`en`。",
		},
		"max_retries": {
			"The retries of one read, from `0` to `" + mostRetries + "`, if the service is busy or the connection fails. Do not raise it if many " +
				"pipelines share an account: QCC locks accounts that ask too often. Defaults to `" + retries + "`.",
			"服务繁忙或连接失败时，一次读取最多重试几次：`0` 到 `" + mostRetries + "`。多条流水线共用一个账号时不要调大：请求过多的账号会被企查查锁定。" +
				"默认值：`" + retries + "`。",
		},
		"reservation_database": {
			"The URL of a PostgreSQL database (13 or newer) in which the gates of all runs add up, such as `postgres://qcc@db.example.com/qcc`. " +
				"Except for loopback hosts, it requires TLS and verifies the server. Environment variable: `QCC_RESERVATION_DATABASE`.",
			"PostgreSQL 数据库（13 及以上版本）的 URL，例如 `postgres://qcc@db.example.com/qcc`。所有运行的门禁通过它汇总。除本机回环地址外，" +
				"必须使用 TLS，并校验服务器。环境变量：`QCC_RESERVATION_DATABASE`。",
		},
		"reservation_holder": {
			"Who holds the reservations of this run. Refusals in other runs show it. Environment variable: `QCC_RESERVATION_HOLDER`. Defaults to the CI job, or " +
				"else to the host name.",
			"预留的持有者。其他运行因这笔预留被拒绝时，错误信息会显示它。环境变量：`QCC_RESERVATION_HOLDER`。默认为 CI 任务，没有时为主机名。",
		},
		"reservation_ttl": {
			"How long a reservation counts, from `5m` to `24h`. It must cover the longest apply after its first gate, and the time until QCC counts " +
				"an order. Defaults to `" + ttl + "`.",
			"一笔预留的有效期，`5m` 到 `24h`。它要覆盖最长的一次 apply（从第一道门禁算起），再加上企查查计入订单所需的时间。默认值：`" + ttl + "`。",
		},
		"secret_key": {
			"The SecretKey. QCC Pro shows it beside the key. It signs the requests, and is never sent. Required here or in the environment variable " +
				"`QCC_SECRET_KEY`.",
			"SecretKey，与公司 key 在同一页面。用于给请求签名，从不发送。必须在 provider 块或环境变量 `QCC_SECRET_KEY` 中设置。",
		},
		"timeout": {
			"The timeout of one read, from `1s` to `10m`, including retries and waits. Each attempt but the last one gets a quarter of it. Defaults to `" +
				timeout + "`.",
			"一次读取的总时限，`1s` 到 `10m`，包括重试和等待。除最后一次外，每次尝试最多占四分之一。默认值：`" + timeout + "`。",
		},
		"resource.qcc_quota_gate": {
			"Refuses a plan or an apply that adds more than the remaining quota. A gate creates nothing at QCC. The provider judges only what a " +
				"change adds, and adds up all gates of a run.",
			"新增用量超过剩余额度时，拒绝 plan 或 apply。门禁不在企查查创建任何内容。provider 只检查变更新增的用量，并汇总同一次运行的所有门禁。",
		},
		"required": {
			"What the order behind the gate requires of each quota module, by module id: whole numbers from `0` to `1000000000000000`. The module " +
				"ids are `radar_id` (风险监控-企业), `bene_id` (股权穿透), `natural_person_id` (自然人核验), and any other id that QCC returns.",
			"门禁后面的订单需要哪些额度模块、各需要多少：以模块 ID 为键，值为 `0` 到 `1000000000000000` 的整数。模块 ID 有 `radar_id`（风险监控-企业）、" +
				"`bene_id`（股权穿透）、`natural_person_id`（自然人核验），以及企查查返回的其他 ID。",
		},
		"data.qcc_quota": {
			"Reads the quota of the company that the provider's `key` belongs to. Low quota is not an error: to refuse a plan, write a condition.",
			"读取 provider 的 `key` 所属公司的额度。额度再低，读取也不会失败；要拒绝 plan，请编写条件。",
		},
		"ephemeral.qcc_quota": {
			"Reads the quota of the company that the provider's `key` belongs to, at plan and again at apply. Terraform does not store the result in " +
				"plan or state. Low quota is not an error.",
			"在 plan 时读取 provider 的 `key` 所属公司的额度，apply 时再读一次。Terraform 不把结果写入 plan 和 state。额度再低，读取也不会失败。",
		},
		"modules": {
			"The quota of each quota module, by module id: `radar_id` (风险监控-企业), `bene_id` (股权穿透), `natural_person_id` (自然人核验), and any " +
				"other id that QCC returns. A module that was not bought is absent. A count that QCC does not give is null.",
			"每个额度模块的额度，以模块 ID 为键：`radar_id`（风险监控-企业）、`bene_id`（股权穿透）、`natural_person_id`（自然人核验），以及企查查返回的其他 ID。" +
				"没有购买的额度模块不会出现。企查查没有给出的数值为 null。",
		},
	}
}
