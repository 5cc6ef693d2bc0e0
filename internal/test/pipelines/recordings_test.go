package pipelines_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

var update = flag.Bool("update", false, "write the recorded plans")

const recordings = "internal/test/pipelines/testdata/plans.json"

// readRecordings returns the recorded plans by the names of their cases.
func readRecordings(t *testing.T) map[string]json.RawMessage {
	t.Helper()

	var plans map[string]json.RawMessage
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, recordings)), &plans); err != nil {
		t.Fatal(err)
	}

	return plans
}

// plansOf returns the recorded plan of a case, which has only what the programs may read, and a new one. In the short lane, both are the
// recorded plan.
func plansOf(t *testing.T, name string) (recorded, fresh string) {
	t.Helper()

	if testing.Short() {
		recorded = recordedPlan(t, name)

		return recorded, recorded
	}

	var plan map[string]any

	decoder := json.NewDecoder(strings.NewReader(newPlan(t, planCases[name])))
	if decoder.UseNumber(); decoder.Decode(&plan) != nil {
		t.Fatal("terraform show does not print JSON")
	}

	if remove := planCases[name].remove; remove != nil {
		remove(plan)
	}

	if fresh = toJSON(t, plan); *update {
		plan["planned_values"] = map[string]any{}
		record(t, name, toJSON(t, reduce(plan)))
	}

	return recordedPlan(t, name), fresh
}

func recordedPlan(t *testing.T, name string) string {
	t.Helper()
	recording.Lock()
	defer recording.Unlock()

	plan := readRecordings(t)[name]
	if plan == nil {
		t.Fatal("there is no recorded plan: run go test ./internal/test/pipelines -run TestSummaryOfAPlan -update")
	}

	return string(plan)
}

// recording guards the file of the recorded plans.
var recording sync.Mutex

// record writes the plan of a case to the recorded plans. Each has a line.
func record(t *testing.T, name, plan string) {
	t.Helper()
	recording.Lock()
	defer recording.Unlock()

	plans := readRecordings(t)
	plans[name] = json.RawMessage(plan)

	var lines []string

	for _, name := range slices.Sorted(maps.Keys(planCases)) {
		if plans[name] != nil {
			lines = append(lines, fmt.Sprintf("%s: %s", toJSON(t, name), plans[name]))
		}
	}

	if err := os.WriteFile(recordings, []byte("{\n"+strings.Join(lines, ",\n")+"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// unread matches the names of values in a plan that no program reads. Some of them differ in each plan.
var unread = regexp.MustCompile(`^(format_version|terraform_version|timestamp|provider_name|schema_version|provider_config|expressions|depends_on|` +
	`(before_|after_)?sensitive(_values)?|relevant_attributes|resource_drift|(for_each|count)_expression|id|output)$`)

// reduce removes the values that no program reads.
func reduce(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if unread.MatchString(name) {
				delete(value, name)
			} else {
				value[name] = reduce(inner)
			}
		}
	case []any:
		for i, inner := range value {
			value[i] = reduce(inner)
		}
	}

	return value
}

func toJSON(t *testing.T, value any) string {
	t.Helper()

	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}
