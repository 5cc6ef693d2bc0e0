# Checks whether the QCC quota suffices for a Terraform plan, and writes a
# summary in Markdown:
#
#   terraform plan -json -out=tfplan > tfplan.jsonl
#   terraform show -json tfplan | cat tfplan.jsonl - |
#     jq --null-input --raw-output --from-file quota.jq
#
# The lines of terraform plan -json may be missing. Exits with 0 if the plan may
# be applied, with 1 if it must not be applied, and with another code if the
# input is not a plan. Requires jq 1.6 or gojq.
#
# If the environment variable QCC_LANGUAGE is zh, the summary is in Chinese. With
# any other value, and without the variable, it is in English.
# 环境变量 QCC_LANGUAGE 为 zh 时，摘要为中文；其他情况下为英文。
#
# A plan requires the quota that its gates (qcc_quota_gate) add, and the quota
# in the variable qcc_required: a map of numbers by module id, for your own
# conditions. Do not put an order into both.

# Failures at these addresses are in the summary, but do not fail the plan. List
# addresses of check blocks, such as "check.qcc_quota", and of resources and
# outputs with a condition that is known only after apply, such as "output.id".
# A condition that failed always fails the plan.
def tolerated: [];

# The summary lists this many gates.
def listed: 50;

# Returns a text in the language of the summary. Write each text in both.
def text(english; chinese): if env.QCC_LANGUAGE == "zh" then chinese else english end;

# These functions escape text from the plan, so that it cannot add Markdown.
def plain: tostring | .[:2000] | gsub("[\\s[:cntrl:]]+"; " ") | gsub("(?<special>[\\\\`|<>*~&$\\[\\]])"; "\\\(.special)");
def code: "`\(tostring | gsub("[`|\\\\\\s[:cntrl:]]"; "?") | gsub("##\\["; "##("))`";
def cell: if . == null then "–" else plain end;

# The input: the plan, and the errors among the lines of terraform plan -json.
# The plan is null if there is none, or if a value is neither.
def input_values:
  try ([inputs] | {
      plan: (map(select(type != "object" or (has("@level") | not))) | if length == 1 then .[0] else null end),
      errors: map(objects | select(has("@level")) | .diagnostic | select(.severity? == "error"))
    }) catch {plan: null, errors: []};

# The address of a resource in the configuration, without the keys of for_each
# and count.
def configured: gsub("\\[(\"([^\"\\\\]|\\\\.)*\"|[0-9]+)\\]"; "");

# The account of each resource in the configuration: its provider block.
def accounts:
  def resources($path):
    (.resources[]? | {key: "\($path)\(.address)", value: .provider_config_key}),
    (.module_calls // {} | to_entries[] | "\($path)module.\(.key)." as $child | .value.module | objects | resources($child));
  [.configuration.root_module | objects | resources("")] | from_entries;

def is_count: (type == "number" and . >= 0 and . <= 1e15 and . == floor) or (type == "string" and test("^[0-9]{1,15}$"));

# Adds up counts by module id.
def total: reduce (.[] | to_entries[]) as $entry ({}; .[$entry.key] += $entry.value);

# What each gate adds. A new gate and a replaced one add their whole
# requirement. A requirement that is known only after apply is not in the plan.
def gates($accounts):
  [.resource_changes[]?
    | select(.mode == "managed" and .type == "qcc_quota_gate")
    | select(any(.change.actions[]; . == "create" or . == "update"))
    | (if any(.change.actions[]; . == "create") then {} else .change.before.required end) as $before
    | .change.after.required as $after
    | any(.change.after_unknown | ..; . == true) as $is_late
    | ([$before, $after // if $is_late then {} else null end] | all(.[]; type == "object" and all(.[]; type == "number"))) as $is_readable
    | {
        address,
        account: $accounts[.address | configured],
        adds: (if $is_readable then $after // {} | with_entries(.value -= ($before[.key] // 0) | select(.value > 0)) else {} end),
        is_late: $is_late,
        is_readable: $is_readable
      }
    | select(.is_late or .adds != {} or (.is_readable | not))];

# Whether the plan creates or updates a resource. In other plans, Terraform does
# not evaluate all conditions.
def orders: any(.resource_changes[]? | select(.mode == "managed") | .change.actions[]; . == "create" or . == "update");

# Whether the plan covers the whole configuration, without -target or -destroy.
# OpenTofu and Terraform before 1.8 do not state whether a plan is complete.
def is_whole:
  .complete == true
  and (.applyable == false
    or any((.resource_changes[]? | select(.mode == "managed") | .change.actions), .output_changes[]?.actions; . != ["delete"] and . != ["forget"]));

# The data sources that Terraform has certainly read for a plan without errors,
# by address. A condition of the data source itself passed, or the data source
# is in a check block.
def proven:
  [(.checks[]? | select(.address.mode == "data" and .address.type == "qcc_quota") | .instances[]? | select(.status == "pass") | .address.to_display),
    (.resource_changes[]? | select(.action_reason == "read_because_check_nested") | .address)
    | {key: ., value: true}]
  | from_entries;

# The data sources of the plan, with their modules. The modules are null unless
# Terraform has certainly read them for this plan, because a plan also has the
# results of older reads. A failed plan does not show what Terraform has read.
# Ephemeral resources are not in a plan.
def quotas($accounts):
  (.errored | not) as $has_no_error
  | is_whole as $is_whole
  | proven as $proven
  | [.prior_state.values.root_module | recurse(.child_modules[]?) | .resources[]?
    | select(.mode == "data" and .type == "qcc_quota")
    | {address, account: $accounts[.address | configured], modules: (if $has_no_error and ($is_whole or $proven[.address]) then .values.modules else null end)}];

# The data sources that are read only at apply.
def deferred:
  [.resource_changes[]?
    | select(.mode == "data" and .type == "qcc_quota" and .action_reason != "read_because_check_nested") | .address];

# The conditions and checks that did not pass. A condition that Terraform did
# not reach has the status unknown, and does not count.
def failures($orders):
  (.errored | not) as $has_no_error
  | (.complete == false and $has_no_error) as $is_partial
  | [.checks[]?
    | select(.status == "fail" or .status == "error" or (.status == "unknown" and $orders and $has_no_error
        and (.instances != null or ($is_partial | not))))
    | .address as {to_display: $address, kind: $kind}
    | ([.instances[]?.problems[]?.message] | join(" ")) as $message
    | {
        tolerated: (any(tolerated[]; . == $address) and ($kind == "check" or .status == "unknown")),
        message: ("\($address | code)\(text(": "; "："))" +
          if $message != "" then $message | plain
          elif .status == "unknown" then text("cannot be evaluated before apply."; "要到 apply 时才能判断。")
          elif .status == "error" then text("could not be evaluated."; "无法求值。")
          else text("failed."; "不通过。") end)
      }];

# All facts on which the result depends.
def facts:
  accounts as $accounts
  | orders as $orders
  | (.variables.qcc_required.value | if . == null then {} else . end) as $required
  | ($required | type == "object" and all(.[]; is_count)) as $is_understood
  | {
      errored: (.errored == true),
      orders: $orders,
      is_understood: $is_understood,
      required: (if $is_understood then $required | with_entries(.value |= tonumber | select(.value > 0)) else {} end),
      gates: gates($accounts),
      quotas: (quotas($accounts) | group_by([.account, .modules]) | map(.[0] + {addresses: map(.address)})),
      deferred: deferred,
      failures: failures($orders)
    }
  | .adds = (.gates | group_by(.account) | map({key: (.[0].account | tostring), value: ([.[].adds] | total)}) | from_entries);

# The quota that an account needs for this plan, by module id. An account is a
# provider block. It must have the quota in qcc_required, and the quota that its
# own gates add.
def needs($account): [.required, .adds[$account | tostring] // {}] | total;

# One address, and how many others share its message.
def named: (.[0] | code) + (.[1:] | if . == [] then "" else text(" and \(length) more"; " 及另外 \(length) 个") end);

# The modules of a data source with less quota than its account needs.
def shortages($quota):
  needs($quota.account) | to_entries[]
  | .value as $need
  | $quota.modules[.key].remaining as $remaining
  | select($need > ($remaining // 0))
  | ($quota.addresses | named) as $quotas
  | (.key | code) as $id
  | ($need - ($remaining // 0)) as $short
  | if $remaining == null then
      text(
        "\($quotas): \($id) is short by \($short): \($need) required, but the remaining quota is unknown.";
        "\($quotas)：\($id) 的额度不足，缺口为 \($short)：需求量 \($need)，剩余额度未知。")
    else
      text(
        "\($quotas): \($id) is short by \($short): \($need) required, \($remaining) remaining.";
        "\($quotas)：\($id) 的额度不足，缺口为 \($short)：需求量 \($need)，剩余额度 \($remaining)。")
    end;

def problems:
  (.deferred[] | code | text(
    "\(.) is read only at apply, which is too late for a condition. Remove what defers the read, such as `depends_on`.";
    "\(.) 要到 apply 时才读取，条件无法在 plan 阶段判断。请去掉推迟读取的原因，例如 `depends_on`。")),
  (.failures[] | select(.tolerated | not).message),
  (.gates[] | select(.is_readable | not).address | code | text(
    "\(.): the plan does not show what the gate requires.";
    "\(.)：plan 中没有这道门禁的需求量。")),
  if .errored then
    if any(.failures[]; .tolerated | not) then empty
    else text("The plan failed. See the errors in Terraform's output."; "plan 失败。请查看 Terraform 输出中的错误。")
    end
  elif .orders | not then empty
  elif .is_understood | not then text("The variable `qcc_required` is not a map of whole numbers."; "变量 `qcc_required` 不是整数组成的 map。")
  else
    if .required == {} then empty
    elif .quotas == [] and .deferred == [] then text("Quota is required, but no data source reads it."; "需要额度，但没有数据源读取额度。")
    else
      .quotas[] | select(.modules == null).addresses | named | text(
        "Quota is required, but the plan does not show that Terraform has read \(.). Plan without `-target`, or add a postcondition to the data source.";
        "需要额度，但 plan 无法证明 Terraform 已读取 \(.)。请去掉 `-target` 重新 plan，或者为数据源加上 postcondition。")
    end,
    shortages(.quotas[] | select(.modules))
  end;

# A bar of the quota that is consumed, and that this plan requires, in tenths of
# the total.
def bar($need):
  def tenths: [[. * 10, 0] | max, 10] | min;
  if .consumed == null or .total == null or .total <= 0 then "–"
  else
    (.consumed / .total | tenths | floor) as $used
    | ((.consumed + $need) / .total | tenths | ceil) as $after
    | [(range($used) | "█"), (range($used; $after) | if $need > 0 then "▒" else "░" end), (range($after; 10) | "░"),
        " \(100 * .consumed / .total | floor) %"]
    | add
  end;

# A table of the modules of a data source. Without a data source, the table only
# has the required quota.
def table($needs):
  (. != null) as $is_read
  | (. // {}) as $modules
  | select($modules + $needs != {})
  | "",
    text(
      "| module | name | total | consumed | remaining | required | use (█ consumed, ▒ required) |";
      "| 额度模块 | 名称 | 总额度 | 消耗额度 | 剩余额度 | 需求量 | 用量（█ 消耗额度，▒ 需求量） |"),
    "|---|---|--:|--:|--:|--:|---|",
    ($modules + $needs | keys[] as $id
      | ($needs[$id] // 0) as $need
      | $modules[$id]
      | "| \($id | code) | \(.name | cell) | \(.total | cell) | \(.consumed | cell) | \(.remaining | cell) "
        + "| \($need)\(if $is_read and $need > 0 and $need > (.remaining // 0) then " ❌" else "" end) | \(bar($need)) |");

# Counts by module id, as a list of texts.
def amounts: [to_entries[] | "\(.value) \(.key | code)"];

def joined: join(text(", "; "，"));

# A table of the gates and the variable, with the quota that they require.
def list:
  select(.gates != [])
  | "",
    text("| required by | |"; "| 需求来源 | |"),
    "|---|---|",
    (.required | select(. != {}) | "| \(text("the variable `qcc_required`"; "变量 `qcc_required`")) | \(amounts | joined) |"),
    (.gates[:listed][]
      | "| \(.address | code) | \((.adds | amounts) + [select(.is_late) | text("⏳ the rest is known after apply"; "⏳ 其余要到 apply 时才能确定")] | joined) |"),
    (.gates[listed:] | select(. != []) | "| \(text("\(length) more gates"; "另有 \(length) 道门禁")) | \([.[].adds] | total | amounts | joined) |"),
    if .errored then "", text("The plan failed, so gates may be missing here."; "plan 失败，因此这里可能缺少部分门禁。") else empty end;

def tables:
  . as $facts
  | (.quotas[]
      | "",
        (.modules as $modules | .addresses | named | if $modules then . else text(
          "\(.): no counts, because the plan does not show that Terraform has read it.";
          "\(.)：没有数值，因为 plan 无法证明 Terraform 已读取该数据源。") end),
        (.account as $account | .modules | table($facts | needs($account)))),
    ([.gates[].account] | unique - [$facts.quotas[].account] | .[]
      | "",
        (if . == null then text("No counts, because no data source reads the quota."; "没有数值，因为没有数据源读取额度。")
        else text(
          "No counts, because no data source reads the quota of the provider \(code).";
          "没有数值，因为没有数据源读取 provider \(code) 的额度。") end),
        (. as $account | null | table($facts | needs($account)))),
    if .gates != [] then empty
    elif .quotas == [] then "", text("No data source reads quota in this plan."; "这个 plan 中没有读取额度的数据源。")
    elif .orders and .required == {} then
      "",
      text(
        "This plan requires no quota: no gate adds any, and the variable `qcc_required` is empty or not in the plan.";
        "这个 plan 不需要额度：没有门禁新增用量，变量 `qcc_required` 为空或不在 plan 中。")
    else empty
    end;

# Ends with a message to standard error.
def stop(message; code): "\(message)\n" | halt_error(code);

input_values as $input
| $input.plan
| if type == "object" and (.planned_values | type) == "object" then .
  elif . == null and $input.errors != [] then {errored: true}
  else stop(text("The input is not a plan."; "输入不是 plan。"); 2) end
| facts
| [problems] as $problems
| if $problems == [] then text("### QCC quota: the plan may be applied ✅"; "### 企查查额度：plan 可以执行 ✅")
  else text("### QCC quota: the plan must not be applied ❌"; "### 企查查额度：plan 不可执行 ❌")
  end,
  ([($problems[] | "- \(.)"),
      (.failures[] | select(.tolerated) | "- \(.message)\(text(" (tolerated)"; "（例外）"))"),
      ([.gates[] | select(.is_late).address] | select(. != []) | named | text(
        "- Judged at apply, because the requirement is known only after apply: \(.). Terraform judges a gate before it creates what depends on the gate.";
        "- 以下门禁要到 apply 时才检查，因为需求量届时才能确定：\(.)。Terraform 会先检查门禁，再创建依赖它的资源。"))]
    | if . == [] then empty else "", .[] end),
  list,
  tables,
  if $problems == [] then empty else stop(text("The plan must not be applied. See the summary."; "plan 不可执行。请查看摘要。"); 1) end
