# Judges a Terraform plan by its QCC quota, and tells of it in Markdown:
#
#   terraform show -json tfplan | jq --null-input --raw-output --from-file quota.jq
#
# Exits with 0 if the plan may be applied, with 1 if it must not, and with another code if there is no plan to read. Needs jq 1.6.
# What the plan will consume is taken from its variable qcc_required, a map of numbers by module id. What gates (qcc_quota_gate) add is not
# counted: Terraform judges it, and the plan fails if it is refused.

# Addresses that the summary tells of and that do not decide: of check blocks, such as "check.qcc_quota"; and of resources and outputs
# with a condition that can only be judged at apply, such as "output.id". A condition that failed decides in any case.
def tolerated: [];

# Text from elsewhere, which must not become Markdown.
def plain: tostring | gsub("\\s+"; " ") | gsub("(?<special>[\\\\`|<>*\\[\\]])"; "\\\(.special)");
def code: "`\(tostring | gsub("[`|\\\\\\s]"; "?"))`";
def cell: if . == null then "–" else plain end;

def required: .variables.qcc_required.value // {};

def is_understood:
  type == "object" and all(.[]; type == "number" or (type == "string" and test("^[0-9]+$")));

def needs: required | if is_understood then with_entries(.value = (.value | tonumber)) else {} end;

def requires: any(needs[]; . > 0);

# The modules that were read at plan, by the address of what read them. An ephemeral resource leaves nothing in a plan.
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

# A plan with -target leaves conditions undecided, and data sources as they were in the state.
def is_partial: .complete == false and (.errored | not);

# The checks that did not pass. Those that are undecided because Terraform did not get to them say nothing.
def failures:
  . as $plan
  | [.checks[]?
    | select(.status == "fail" or .status == "error" or (.status == "unknown" and ($plan | orders and (.errored | not))
        and (.instances != null or ($plan | is_partial | not))))
    | .address as {to_display: $address, kind: $kind}
    | ([.instances[]?.problems[]?.message] | join(" ")) as $message
    | {
        tolerated: (any(tolerated[]; . == $address) and ($kind == "check" or .status == "unknown")),
        text: "\($address | code): \(if $message != "" then $message | plain
          elif .status == "unknown" then "cannot be decided before apply."
          elif .status == "error" then "could not be evaluated."
          else "failed." end)"
      }];

def is_short($need): $need > 0 and $need > (.remaining // 0);

# The modules that cannot pay for what is required.
def shortages:
  needs as $needs
  | [quotas[] as $modules | $needs | to_entries[] | .value as $need | select($modules[.key] | is_short($need)) | .key] | unique;

def problems:
  [failures[] | select(.tolerated | not).text] as $failures
  | [deferred[] | "\(code) is read only at apply, when a gate comes too late. Remove what puts it off, such as `depends_on`."]
    + $failures
    + if $failures == [] and .errored then ["The plan failed. Terraform's own output says why."]
      elif orders | not then []
      elif required | is_understood | not then ["The variable `qcc_required` is not a map of whole numbers."]
      elif requires and is_partial then ["The plan leaves out a part of the configuration (`-target`), so its quota may be an old one."]
      elif requires and quotas == {} and deferred == [] then ["Quota is required, and no data source reads it."]
      elif $failures == [] and shortages != [] then ["Quota is short for \(shortages | map(code) | join(", ")), and no condition refuses that."]
      else []
      end;

# What is used, and what this plan will use, in tenths of the total.
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

def table($needs):
  . as $modules
  | "| module | name | total | consumed | remaining | required | use (█ consumed, ▒ required) |",
    "|---|---|--:|--:|--:|--:|---|",
    ($modules + $needs | keys[] as $id
      | ($needs[$id] // 0) as $need
      | $modules[$id]
      | "| \($id | code) | \(.name | cell) | \(.total | cell) | \(.consumed | cell) | \(.remaining | cell) "
        + "| \($need)\(if is_short($need) then " ❌" else "" end) | \(bar($need)) |");

[try input catch empty]
| if length == 0 then "There is no plan to read.\n" | halt_error(2) else .[0] end
| if type == "object" and (.planned_values | type) == "object" then . else "This is not a plan.\n" | halt_error(2) end
| needs as $needs
| problems as $problems
| "### QCC quota: \(if $problems == [] then "the plan may be applied ✅" else "the plan must not be applied ❌" end)",
  "",
  ($problems[] | "- \(.)"),
  (failures[] | select(.tolerated) | "- \(.text) (tolerated)"),
  (quotas | to_entries[] | "", (.key | code), "", (.value | table($needs))),
  if quotas == {} then "", "No data source reads quota in this plan."
  elif orders and (requires | not) then "", "The variable `qcc_required` is empty, or not in the plan."
  else empty
  end,
  if $problems == [] then empty else "The plan must not be applied. The summary says why.\n" | halt_error(1) end
