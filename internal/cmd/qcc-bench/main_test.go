package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestBench measures everything once, and checks that no figure is missing. It does not compare times, because one round is too few.
func TestBench(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	for _, name := range []string{"LICENSE", "go.mod", "go.sum", "main.go", "internal"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}

	t.Chdir(dir)

	var out strings.Builder
	if err := run(t.Context(), &out, effort{rounds: 1, memoryRounds: 1, gateRounds: 1, manyRounds: 1, gates: 12, starts: 1, goCount: 1, goTime: "1x"}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}

	for _, row := range []string{
		"no provider", "minimal provider", "1 data source", "200 data sources", "ephemeral resource", "start until handshake", "binary",
		"ReadOverLoopback", "DecodeQuota/modules=1000", "Readers/readers=200", "Shortfalls", "PlanGate", "plan with 50 data sources, of 1",
		"plan of 1 existing gate", "plan of 1 new gate", "apply of 1 new gate", "plan of 12 new gates", "apply of 12 new gates",
		"plan of 1 existing gate, of minimal", "plan of 1 new gate, of minimal", "requests of the apply of its saved plan",
		"plan of 12 new gates, of minimal", "apply of their saved plan, of minimal", "requests of this plan in a second", "requests of this apply in a second",
	} {
		if !strings.Contains(out.String(), "\n"+row+" ") {
			t.Errorf("there is no row for %q:\n%s", row, out.String())
		}
	}

	for _, line := range []struct{ file, pattern string }{
		{"go.txt", `BenchmarkSign`},
		{"plan.txt", `BenchmarkPlan/1_data_source 1 \d+ ns/op \d+ cpu-ns/op 1 requests/op`},
		{"plan.txt", `BenchmarkPlan/minimal_provider,_1_existing_resource 1 \d+ ns/op \d+ cpu-ns/op 0 requests/op`},
		{"plan.txt", `BenchmarkPlan/1_existing_gate 1 \d+ ns/op \d+ cpu-ns/op 0 requests/op`},
		{"plan.txt", `BenchmarkPlan/minimal_provider,_1_new_resource 1 `},
		{"plan.txt", `BenchmarkPlan/1_new_gate 1 \d+ ns/op \d+ cpu-ns/op 1 requests/op`},
		{"plan.txt", `BenchmarkApply/1_new_gate 1 \d+ ns/op \d+ cpu-ns/op [12] requests/op`}, // 2 if more than a second passes before Create.
		{"plan.txt", `BenchmarkPlan/12_new_gates 1 \d+ ns/op \d+ cpu-ns/op [1-9]\d* requests/op`},
		{"plan.txt", `BenchmarkApply/minimal_provider,_12_new_resources 1 \d+ ns/op \d+ cpu-ns/op 0 requests/op`},
		{"plan.txt", `BenchmarkApply/12_new_gates 1 \d+ ns/op \d+ cpu-ns/op [1-9]\d* requests/op`},
	} {
		content, err := os.ReadFile(filepath.Join(benchDir, line.file))
		if err != nil || !regexp.MustCompile("(?m)^"+line.pattern).Match(content) {
			t.Errorf("%s has no line %q: %v\n%s", line.file, line.pattern, err, content)
		}
	}

	if left, err := filepath.Glob(filepath.Join(benchDir, "run-*")); len(left) > 0 || err != nil {
		t.Errorf("the measurement leaves %s, %v", left, err)
	}
}

func TestMedianAndSpread(t *testing.T) {
	t.Parallel()

	values := []time.Duration{4, 1, 3, 2, 100}
	if got := median(values); got != 3 {
		t.Errorf("the median is %g, want 3", got)
	}

	if got := spread(values); got != 100*(4-2)/2/3.0 {
		t.Errorf("the spread is %g %%", got)
	}

	if got := ratio(values, []time.Duration{2}); got != 1.5 {
		t.Errorf("the ratio is %g, want 1.5", got)
	}

	if got := median([]int{}) + spread([]int{}) + ratio(values, nil); got != 0 {
		t.Errorf("the sum of the figures of no values is %g, want 0", got)
	}
}

// TestComparison compares rounds, so that a slow round of the machine does not count.
func TestComparison(t *testing.T) {
	t.Parallel()

	c := comparison{
		minimal: planned{wall: []time.Duration{1 * time.Second, 10 * time.Second, 2 * time.Second}},
		gate:    planned{wall: []time.Duration{1100 * time.Millisecond, 11 * time.Second, 4 * time.Second}, requests: []int{2, 11, 6}},
	}

	if got := c.time(); got != 1.1 {
		t.Errorf("the time is %g of minimal, want 1.1", got)
	}

	if got := c.gate.requestRate(); got != 1.5 {
		t.Errorf("a second has %g requests, want those of the last round: 1.5", got)
	}

	for wanted, want := range map[int]float64{1: 11, 11: 2, 9: 2} {
		if got := c.gate.requestsFarthestFrom(wanted); got != want {
			t.Errorf("%g requests are farthest from %d, want %g", got, wanted, want)
		}
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		target target
		want   []string
	}{
		{target{name: "time", figure: 1.03, most: 1.03}, []string{"time", "1.030", "at most 1.03", "met"}},
		{target{name: "time", figure: 1.04, most: 1.03}, []string{"time", "1.040", "at most 1.03", "MISSED"}},
		{target{name: "requests", exactly: true}, []string{"requests", "0.000", "exactly 0", "met"}},
		{target{name: "requests", figure: 1, exactly: true}, []string{"requests", "1.000", "exactly 0", "MISSED"}},
		{target{name: "requests", figure: 0, most: 1, exactly: true}, []string{"requests", "0.000", "exactly 1", "MISSED"}},
		{target{name: "requests", figure: 2, most: 1, exactly: true}, []string{"requests", "2.000", "exactly 1", "MISSED"}},
	} {
		if got := test.target.row(); !slices.Equal(got, test.want) {
			t.Errorf("the row is %q, want %q", got, test.want)
		}
	}
}

func TestParseBenchmarks(t *testing.T) {
	t.Parallel()

	got := parseBenchmarks("goos: linux\nBenchmarkSign-2   100   584.6 ns/op   144 B/op   3 allocs/op\n" +
		"BenchmarkSign-2   100   500 ns/op   144 B/op   3 allocs/op\nBenchmarkRead/readers=1-2 \t 5 \t 7 ns/op\nPASS\n")

	if len(got) != 2 || got[0].name != "Sign" || got[1].name != "Read/readers=1" {
		t.Fatalf("the benchmarks are %+v", got)
	}

	if median(got[0].values["ns/op"]) != 542.3 || median(got[0].values["allocs/op"]) != 3 {
		t.Errorf("the values are %v", got[0].values)
	}
}
