package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBench measures everything once. It checks that no figure is missing; one round is too few to compare times.
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
	if err := run(t.Context(), &out, effort{rounds: 1, memoryRounds: 1, starts: 1, goCount: 1, goTime: "1x"}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}

	for _, row := range []string{
		"no provider", "minimal provider", "1 data source", "200 data sources", "ephemeral resource", "start until handshake", "binary",
		"ReadOverLoopback", "DecodeQuota/modules=1000", "Readers/readers=200", "Shortfalls", "plan with 50 data sources, of 1",
	} {
		if !strings.Contains(out.String(), "\n"+row+" ") {
			t.Errorf("there is no row for %q:\n%s", row, out.String())
		}
	}

	for name, line := range map[string]string{"plan.txt": "BenchmarkPlan/1_data_source 1 ", "go.txt": "BenchmarkSign"} {
		if content, err := os.ReadFile(filepath.Join(benchDir, name)); err != nil || !strings.Contains(string(content), line) {
			t.Errorf("%s does not have a line %q: %v\n%s", name, line, err, content)
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
		t.Errorf("of nothing comes %g", got)
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
