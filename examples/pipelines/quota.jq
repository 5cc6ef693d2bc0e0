# Judges a Terraform plan by its QCC quota, and tells of it in Markdown:
#
#   terraform show -json tfplan | jq --null-input --raw-output --from-file quota.jq
#
# Exits with 0 if the plan may be applied, with 1 if it must not, and with another code if there is no plan to read. Needs jq 1.6.
# What the plan will consume is taken from its variable qcc_required, a map of numbers by module id.

# Addresses of checks that are told of and do not decide, such as "check.qcc_quota", or "output.id" with a condition that can only be
# judged at apply.
def tolerated: [];

def cell: if . == null then "–" else tostring | gsub("\\s+"; " ") | gsub("\\|"; "\\|") | gsub("<"; "&lt;") end;

def required: .variables.qcc_required.value | if type == "object" then with_entries(.value = (.value | tonumber? // 0)) else {} end;

# The modules that were read at plan, by the address of what read them.
def quotas:
  [.prior_state.values.root_module | recurse(.child_modules[]?) | .resources[]?
    | select(.mode == "data" and .type == "qcc_quota") | {key: .address, value: (.values.modules // {})}]
  | from_entries;

# What reads the quota only at apply. A data source in a check block is read at both times.
def deferred:
  [.resource_changes[]?
    | select(.mode == "data" and .type == "qcc_quota" and .action_reason != "read_because_check_nested") | .address];

# A plan that only destroys, or changes nothing, orders nothing: Terraform leaves its conditions undecided, and nobody needs quota.
def orders: any(.resource_changes[]? | select(.mode == "managed") | .change.actions[]; . == "create" or . == "update");

# The checks that did not pass. Those that are undecided because the plan failed before say nothing.
def failures:
  (orders and (.errored | not)) as $decides
  | [.checks[]? | select(.status == "fail" or .status == "error" or (.status == "unknown" and $decides))
    | .address.to_display as $address
    | ([.instances[]?.problems[]?.message] | join(" ")) as $message
    | {
        tolerated: any(tolerated[]; . == $address),
        text: "`\($address)`: \(if $message != "" then $message | cell
          elif .status == "unknown" then "cannot be decided before apply."
          else "could not be evaluated." end)"
      }];

def is_short($need): $need > 0 and $need > (.remaining // 0);

# The modules that cannot pay for what is required.
def shortages:
  required as $required
  | [quotas[] as $modules | $required | to_entries[] | .value as $need | select($modules[.key] | is_short($need)) | .key] | unique;

def problems:
  [deferred[] | "`\(.)` is read only at apply, when a gate comes too late. Remove what puts it off, such as `depends_on`."]
  + [failures[] | select(.tolerated | not).text]
  + if failures == [] and .errored then ["The plan failed before the quota could be judged. Terraform's own output says why."]
    elif (orders | not) or failures != [] then []
    elif quotas == {} and deferred == [] and any(required[]; . > 0) then ["Quota is required, and the plan does not read it."]
    elif shortages != [] then ["Quota is short for \(shortages | join(", ")), and no condition refuses that."]
    else []
    end;

# What is used, and what this plan will use, in tenths of the total.
def bar($need):
  def tenths: [[. * 10, 0] | max, 10] | min;
  if .consumed == null or .total == null or .total <= 0 then "–"
  else
    (.consumed / .total | tenths | floor) as $used
    | ((.consumed + $need) / .total | tenths | ceil) as $after
    | [(range($used) | "█"), (range($used; $after) | if $need > 0 then "▒" else "░" end), (range($after; 10) | "░")]
    | add
  end;

def use: if .consumed == null or .total == null or .total <= 0 then "" else " \(100 * .consumed / .total | floor) %" end;

def table($required):
  . as $modules
  | "| module | name | total | consumed | remaining | required | use (█ consumed, ▒ required) |",
    "|---|---|--:|--:|--:|--:|---|",
    ($modules + $required | keys[] as $id
      | ($required[$id] // 0) as $need
      | $modules[$id]
      | "| `\($id | cell)` | \(.name | cell) | \(.total | cell) | \(.consumed | cell) | \(.remaining | cell) "
        + "| \($need)\(if is_short($need) then " ❌" else "" end) | \(bar($need))\(use) |");

try input catch ("There is no plan to read.\n" | halt_error(2))
| if has("planned_values") then . else "This is not a plan.\n" | halt_error(2) end
| required as $required
| problems as $problems
| "### QCC quota: \(if $problems == [] then "the plan may be applied ✅" else "the plan must not be applied ❌" end)",
  "",
  ($problems[] | "- \(.)"),
  (failures[] | select(.tolerated) | "- \(.text) (tolerated)"),
  (quotas | to_entries[] | "", "`\(.key)`", "", (.value | table($required))),
  if quotas == {} then "", "The plan reads no quota." else empty end,
  if $problems == [] then empty else "The plan must not be applied. The summary says why.\n" | halt_error(1) end
