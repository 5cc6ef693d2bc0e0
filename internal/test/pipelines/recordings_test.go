package pipelines_test

import (
	"encoding/json"
	"flag"
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

// readRecordings returns the recorded inputs by the names of their cases. An input is the diagnostics among the lines of terraform plan -json,
// and then the plan.
func readRecordings(t *testing.T) map[string][]json.RawMessage {
	t.Helper()

	var inputs map[string][]json.RawMessage
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, recordings)), &inputs); err != nil {
		t.Fatal(err)
	}

	return inputs
}

// inputsOf returns the recorded input of a case, which has only what the programs may read, and a new one. In the short lane, both are the
// recorded input.
func inputsOf(t *testing.T, name string) (recorded, fresh string) {
	t.Helper()

	if testing.Short() {
		recorded = recordedInput(t, name)

		return recorded, recorded
	}

	lines, planJSON := newPlan(t, planCases[name])
	plan := decode(t, planJSON)

	if remove := planCases[name].remove; remove != nil {
		remove(plan)
	}

	if fresh = lines + toJSON(t, plan); *update {
		var input []string

		for line := range strings.Lines(lines) {
			if diagnostic := decode(t, line)["diagnostic"]; diagnostic != nil {
				input = append(input, toJSON(t, map[string]any{"@level": "", "diagnostic": reduce(diagnostic)}))
			}
		}

		plan["planned_values"] = map[string]any{}
		record(t, name, append(input, toJSON(t, reduce(plan))))
	}

	return recordedInput(t, name), fresh
}

func decode(t *testing.T, text string) (object map[string]any) {
	t.Helper()

	decoder := json.NewDecoder(strings.NewReader(text))
	if decoder.UseNumber(); decoder.Decode(&object) != nil {
		t.Fatalf("Terraform does not print JSON: %s", text)
	}

	return object
}

func recordedInput(t *testing.T, name string) string {
	t.Helper()
	recording.Lock()
	defer recording.Unlock()

	input := readRecordings(t)[name]
	if input == nil {
		t.Fatal("there is no recorded plan: run go test ./internal/test/pipelines -run TestSummaryOfAPlan -update")
	}

	var text strings.Builder
	for _, value := range input {
		text.Write(append(value, '\n'))
	}

	return text.String()
}

// recordedPlan returns the recorded plan of a case. A policy does not get the lines of terraform plan -json.
func recordedPlan(t *testing.T, name string) string {
	t.Helper()

	return planOf(recordedInput(t, name))
}

// planOf returns the plan in an input.
func planOf(input string) string {
	lines := strings.Split(strings.TrimSpace(input), "\n")

	return lines[len(lines)-1]
}

// recording guards the file of the recorded plans.
var recording sync.Mutex

// record writes the input of a case to the recorded inputs. Each has a line.
func record(t *testing.T, name string, input []string) {
	t.Helper()
	recording.Lock()
	defer recording.Unlock()

	inputs := readRecordings(t)
	inputs[name] = nil

	for _, value := range input {
		inputs[name] = append(inputs[name], json.RawMessage(value))
	}

	var lines []string

	for _, name := range slices.Sorted(maps.Keys(planCases)) {
		if inputs[name] != nil {
			lines = append(lines, toJSON(t, name)+": "+toJSON(t, inputs[name]))
		}
	}

	if err := os.WriteFile(recordings, []byte("{\n"+strings.Join(lines, ",\n")+"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// unread matches the names of values in an input that no program reads. Some of them differ in each plan.
var unread = regexp.MustCompile(`^(format_version|terraform_version|timestamp|provider_name|schema_version|sensitive_values|relevant_attributes|` +
	`resource_drift|range|snippet|id|output|constant_value)$`)

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
