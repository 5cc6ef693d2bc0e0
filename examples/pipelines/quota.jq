# Checks whether a Terraform plan may be applied, and writes a summary in
# Markdown. It computes no quota: gates and conditions judge the plan. It shows
# what they refused, and finds what they did not judge. Needs jq 1.6 or gojq:
#
#   terraform plan -json -out=tfplan > tfplan.jsonl
#   terraform show -json tfplan | cat tfplan.jsonl - |
#     jq --null-input --raw-output --from-file quota.jq
#
# Exits with 0 if the plan may be applied, with 1 if it must not be applied, and
# with another code if the input is no plan. Without the lines in tfplan.jsonl, it
# cannot say why a gate refused. With QCC_LANGUAGE=zh, it writes Chinese (中文).

# Addresses that do not fail the plan: check blocks, such as "check.qcc_quota";
# resources and outputs with a condition that is known only after apply; and,
# also without their keys, resources and modules that depend on a gate and order
# nothing. A condition that failed always fails the plan.
def tolerated: [];

# The types of resources that order from QCC, such as "example_monitoring". The
# plan fails if it creates one that depends on no gate.
def ordering_types: [];

# Returns a text in the language of the summary. Write each text in both.
def text(english; chinese): if env.QCC_LANGUAGE == "zh" then chinese else english end;
def colon: text(": "; "：");

# Text from the plan, on one line, without invisible characters, and without
# what CI systems obey anywhere in a line, such as "##[command]".
def visible:
  tostring | .[:2000] | gsub("[\\t-\\r\\x{85}\\x{2028}\\x{2029}]+"; " ")
  | gsub("[\\p{Cc}\\p{Cf}\\p{Co}\\x{115F}\\x{1160}\\x{2800}\\x{3164}\\x{FFA0}]"; "") | gsub("##"; "# ");
def plain: visible | gsub("(?<special>[\\\\`|<>*~&$\\[\\]])"; "\\\(.special)");
def code: visible | ("`" * ([0, (scan("`+") | length)] | max + 1)) as $fence | $fence + (if test("^`|`$") then " \(.) " else . end) + $fence;
def cell: code | gsub("[|]"; "\\|");
def count: if type == "number" and fabs < 9007199254740992 then tostring else "–" end; # jq 1.6 rounds larger numbers.
def named: (.[0] | code) + (.[1:] | if . == [] then "" else text(" and \(length) more"; " 及另外 \(length) 个") end);

# The keys of for_each and count in an address, and the address without them.
def key: "\\[(?:\"(?:[^\"\\\\]|\\\\.)*\"|[0-9]+)\\]";
def configured: gsub(key; "");
def tolerates: any(., configured; "\(.)." as $address | any(tolerated[]; . as $start | $address | startswith("\($start).") or startswith("\($start)[")));

# The managed resources that the plan changes in one of these ways.
def changed($actions): .resource_changes[]? | select(.mode == "managed" and any(.change.actions[]; [.] | inside($actions)));

# Whether the plan creates or updates a resource. In other plans, Terraform does
# not evaluate all conditions. A failed plan is refused anyway, and incomplete.
def is_judged: .errored != true and any(changed(["create", "update"]); true);

# The gates, with the growth of their requirements. A gate is judged if it is
# created, replaced or grows, and not if it is imported.
def gates:
  [.resource_changes[]? | select(.mode == "managed" and .type == "qcc_quota_gate")
    | any(.change.actions[]; . == "create") as $is_new
    | (if $is_new then {} else .change.before.required end) as $before
    | (.change.after.required // {} | with_entries(.key as $id
        | .value = (.value | numbers) - ($before | objects | .[$id] // 0 | numbers) | select(.value > 0))) as $growth
    | {address, $growth, name: (.address | configured), instance: (.module_address // "" | if . == "" then . else "\(.)." end),
        key: (if .index == null then "" else [.address | scan(key)][-1] end),
        is_judged: (.change.importing == null and ($is_new or $growth != {})),
        is_late: any(.change.after_unknown | ..; . == true),
        is_sensitive: any(.change | .before_sensitive, .after_sensitive | ..; . == true)}];

# The gates and outputs to which outputs, and resources ("resource/ADDRESS"),
# lead in the configuration: by their own references, and by those of the modules
# around them. A plan does not show to what a local refers.
def links($path; $around):
  def references:
    [(.. | objects | .references | arrays | map(configured) | . as $all | .[] | select("\(.)." as $start | any($all[]; startswith($start)) | not)),
      (.depends_on[]? | ., "\(.).*")]
    | map($path + (. / "." | .[:{qcc_quota_gate: 2, module: 3}[.[0]] // 0] | join(".")));
  {key: "\($path)*", value: [(.resources[]? | select(.type == "qcc_quota_gate") | $path + .address), (.module_calls // {} | keys[] | "\($path)module.\(.).*")]},
  {key: ($path | rtrimstr(".")), value: [.outputs // {} | keys[] | $path + .]},
  (.outputs // {} | to_entries[] | {key: ($path + .key), value: (.value | references)}),
  (.resources[]? | {key: "resource/\($path)\(.address)", value: (references + $around)}),
  (.module_calls // {} | to_entries[] | .key as $name | .value | (del(.module) | references + $around) as $around
    | .module | objects | links("\($path)module.\($name)."; $around));
def reachable($links): . as $nodes | ($nodes + [$links[$nodes[]][]?] | unique) | if . == $nodes then . else reachable($links) end;

# The resources that are created or replaced behind a gate that the plan does not
# judge. A gate in the same module is one of the same instance. All gates with the
# keys of the resource must be judged; if none has its keys, one gate must be.
def unjudged($gates):
  ([.configuration.root_module | links(""; [])] | from_entries) as $links
  | ([changed(["create"]).address | configured] | unique | map({key: ., value: (["resource/\(.)"] | reachable($links)
      | map(select(test("^(module\\.[^.]+\\.)*qcc_quota_gate\\.[^.]+$"))))}) | from_entries) as $names
  | (reduce $gates[] as $gate ({}; .[$gate.name][$gate.instance][$gate.key] = $gate)) as $gates
  | changed(["create"]) | select(.type != "qcc_quota_gate") | .type as $type | .address as $order | any(.change.actions[]; . == "delete") as $is_replaced
  | {is_tolerated: ($order | tolerates), message: ($names[$order | configured] as $names
      | if $names == [] then select(any(ordering_types[]; . == $type))
        | text("\($order | code) orders from QCC, but depends on no gate. Let it depend on a `qcc_quota_gate`.";
          "\($order | code) 会向企查查下单，但不依赖任何门禁。请让它依赖一道 `qcc_quota_gate`。")
      else $names[] as $name | ($order | configured | startswith($name | sub("qcc_quota_gate[.][^.]+$"; ""))) as $is_inside
        | [$gates[$name] // {} | to_entries[] | .key as $instance | select($is_inside == false or ($order | startswith($instance)))
            | ["", ($order[if $is_inside then $instance | length else 0 end:] | scan(key))] as $keys
            | {all: .value, same: [select($is_inside or [$instance | scan(key)] - $keys == []) | .value[$keys[]] // empty]}] as $near
        | [$near[].same[]] as $same
        | if $same == [] then select(any($near[].all[]; .is_judged) | not) | $name else $same[] | select(.is_judged | not).address end
        | ($order | code) + (if $is_replaced then text(" is replaced"; " 将被重建") else text(" is created"; " 将被创建") end)
          + text(", but the plan does not judge its gate \(code). Replace the gate too, with `-replace`. If the order was placed already, untaint or import it. List what orders nothing in `tolerated`.";
            "，但这个 plan 不检查它的门禁 \(code)。请用 `-replace` 同时重建该门禁；已下单的，先 untaint 或 import；不是订单的，请加入 `tolerated`。")
      end)};

# The data sources. The modules are null unless Terraform has certainly read
# them for this plan, because a plan also has the results of older reads: it is
# whole, or a condition of the data source passed, or a check has read it.
# OpenTofu and Terraform before 1.8 do not state whether a plan is whole.
def quotas:
  (.errored == true) as $has_error
  | (.complete == true and (.applyable == false
    or any((.resource_changes[]? | select(.mode == "managed").change.actions), .output_changes[]?.actions; . != ["delete"] and . != ["forget"]))) as $is_whole
  | [(.checks[]? | select(.address.mode == "data" and .address.type == "qcc_quota").instances[]? | select(.status == "pass").address.to_display),
      (.resource_changes[]? | select(.action_reason == "read_because_check_nested").address)] as $read
  | .prior_state.values.root_module | recurse(.child_modules[]?) | .resources[]? | select(.mode == "data" and .type == "qcc_quota")
    | {address, modules: (select(($has_error | not) and ($is_whole or ([.address] | inside($read)))).values.modules // null)};

# The conditions and checks that did not pass. A condition that Terraform did
# not reach has the status unknown, and does not count.
def failures:
  (.complete == false) as $is_partial | is_judged as $is_judged
  | .checks[]? | select(.status == "fail" or .status == "error" or .status == "unknown" and $is_judged and ($is_partial and .instances == null | not))
  | [.instances[]?.problems[]?.message] as $said
  | {$said, is_tolerated: (any(tolerated[] == .address.to_display; .) and (.address.kind == "check" or .status == "unknown")),
      message: ((.address.to_display | code) + colon + (
        if $said != [] then $said | join(" ") | plain
        elif .status == "unknown" then text("cannot be evaluated before apply."; "要到 apply 时才能判断。")
        elif .status == "error" then text("could not be evaluated."; "无法求值。")
        else text("failed."; "不通过。") end))};

# An error or a warning, with the first paragraph of its detail. If the provider
# has written it, also with its facts, which are the indented lines.
def is_own: .address // "" | configured | test("(^|\\.)qcc_quota(_gate)?[.]");
def described:
  ((.detail // "" | gsub("(?<a>[，。；：、！？）])\n(?<b>[^\n ])"; .a + .b)) / "\n\n") as $paragraphs
  | [(.address // empty | code), (.summary | plain), ([$paragraphs[:1][],
      (select(is_own) | $paragraphs[1:][] | select(startswith("  ")) / "\n" | .[] | ltrimstr("  "))] | map(plain) | select(. != []) | join("\n  - "))]
  | join(colon);

# All reasons why the plan must not be applied.
def findings($errors; $gates):
  [failures] as $failures
  | [$failures[] | select(.is_tolerated | not).said[] | select(. != "")] as $said
  | [$errors[] | (.detail // "") as $detail | select(any($said[]; inside($detail)) | not) | {message: described}] as $errors
  | $errors[], $failures[],
    (select(.errored and all($failures[]; .is_tolerated) and $errors == [])
      | {message: text("The plan failed. See the errors in Terraform's output."; "plan 失败。请查看 Terraform 输出中的错误。")}),
    (.resource_changes[]? | select(.mode == "data" and .type == "qcc_quota" and .action_reason != "read_because_check_nested").address | code
      | {message: text("\(.) is read only at apply, which is too late for a condition. Remove what defers the read, such as `depends_on`.";
        "\(.) 要到 apply 时才读取，条件无法在 plan 阶段判断。请去掉推迟读取的原因，例如 `depends_on`。")}),
    (select(is_judged) | if .configuration.root_module then unjudged($gates) else {message: text(
        "The plan does not show its configuration, so nobody can tell which gates its orders have.";
        "plan 中没有 configuration，无法判断订单依赖哪些门禁。")} end);

# What is used before and after this plan, as a bar and in percent.
def use($adds):
  if (.consumed and .total and .total > 0) | not then "–" else
    .total as $total | [.consumed, .consumed + $adds | 100 * . / $total | floor] as [$used, $after]
    | ([range(5; 100; 10) | if . <= $used then "█" elif . <= $after then "▒" else "░" end] | add) + text(" \($used) % used"; " 已用 \($used) %")
      + if $adds > 0 then text(", \($after) % after"; "，之后 \($after) %") else "" end end;

# What all gates add, by module; null if they do not show it, or if they may be
# of several accounts.
def sum($gates):
  if all($gates[]; (.is_late or .is_sensitive) | not) and (.configuration.provider_config | type == "object" and all(.[];
      (.full_name | endswith("/qcc") | not) or (.alias or .module_address and .expressions | not)))
  then reduce ($gates[].growth | to_entries[]) as $added ({}; .[$added.key] += $added.value) else null end;

(try [inputs] catch []) as $values
| [$values[] | select(type == "object" and has("@level")).diagnostic | objects] | sort_by(.address) as $diagnostics
| [$diagnostics[] | select(.severity == "error")] as $errors
| $values | map(select(type != "object" or (has("@level") | not)))
| if length == 1 and (.[0] | type == "object" and (.planned_values | type) == "object") then .[0]
  elif . == [] and $errors != [] then {errored: true} # Terraform has written no plan.
  else text("The input is not a plan.\n"; "输入不是 plan。\n") | halt_error(2) end
| gates as $gates | sum($gates) as $sum | [findings($errors; $gates)] as $findings
| [$findings[] | select(.is_tolerated | not).message] as $problems
| if $problems == [] then text("### QCC quota: the plan may be applied ✅"; "### 企查查额度：放行 plan ✅")
  else text("### QCC quota: the plan must not be applied ❌"; "### 企查查额度：拒绝 plan ❌") end,
  ([$problems[], ($findings[] | select(.is_tolerated).message + text(" (tolerated)"; "（例外）")),
      ($diagnostics[] | select(.severity == "warning" and is_own) | "⚠️ \(described)")] | select(. != []) | "", "- \(.[])"),
  ([$gates[] | select(.growth != {} or .is_late) | "| \(.address | cell) | " + ([
        if .is_sensitive then text("(sensitive)"; "（敏感）") else .growth | to_entries[] | "\(.value | count) \(.key | cell)" end,
        (select(.is_late) | text("⏳ judged at apply"; "⏳ 到 apply 时才检查"))] | join(text(", "; "，"))) + " |"] as $rows
    | (select($rows != []) | "", text("| gate | this plan adds |"; "| 门禁 | 本次新增 |"), "|---|---|", $rows[:50][],
        ($rows[50:] | select(. != []) | text("| \(length) more gates | |"; "| 另有 \(length) 道门禁 | |"))),
      (select(.errored) | "", text("The plan failed. Only gates that passed are listed here."; "plan 失败，这里只列出已放行的门禁。")),
      (select($rows == [] and .errored != true) | "", text("No gate adds quota in this plan."; "这个 plan 中没有门禁新增用量。"))),
  ([quotas] | group_by(.modules)[] | (map(.address) | named) as $names | .[0].modules
    | "", if . == null then text("\($names): no counts, because the plan does not show that Terraform has read it.";
        "\($names)：没有数值，因为从 plan 中看不出 Terraform 已读取该数据源。")
      else $names, "", text("| module | name | total | consumed | remaining | this plan adds | use |";
        "| 额度模块 | 名称 | 总额度 | 消耗额度 | 剩余额度 | 本次新增 | 用量 |"),
        "|---|---|--:|--:|--:|--:|---|",
        (to_entries[] | (if $sum then $sum[.key] // 0 else null end) as $adds
          | [(.key | cell), (.value.name // "–" | plain), (.value | .total, .consumed, .remaining | count), ($adds | count), (.value | use($adds // 0))]
          | "| \(join(" | ")) |") end),
  if $problems == [] then empty else text("The plan must not be applied. See the summary.\n"; "plan 已被拒绝，请看摘要。\n") | halt_error(1) end
