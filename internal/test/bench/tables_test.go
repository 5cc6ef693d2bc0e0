package bench_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// tables returns the tables of benchmarks, with one space between cells.
func tables(t *testing.T, benchmarks string) string {
	t.Helper()

	command := exec.CommandContext(t.Context(), "awk", "-f", "tables.awk")
	command.Stdin = strings.NewReader(benchmarks)

	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("awk: %v\n%s", err, output)
	}

	var lines strings.Builder
	for line := range strings.Lines(string(output)) {
		lines.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}

	return lines.String()
}

// TestTables calculates the figures of three rounds. A slow round of the machine must not count.
func TestTables(t *testing.T) {
	t.Parallel()

	got := tables(t, `goos: linux
BenchmarkPlan/round=1/minimal_provider-2        1  100000000 ns/op  100000000 cpu-ns/op  0 requests/op
BenchmarkPlan/round=1/50_data_sources-2         1  150000000 ns/op  150000000 cpu-ns/op  4 requests/op
BenchmarkPlan/round=2/50_data_sources-2         1 3000000000 ns/op  140000000 cpu-ns/op 11 requests/op
BenchmarkPlan/round=2/minimal_provider-2        1 1000000000 ns/op  100000000 cpu-ns/op  0 requests/op
BenchmarkGate/round=1/plan_of_1_new_gate/minimal  1  1000000000 ns/op  1000000 cpu-ns/op  0 requests/op
BenchmarkGate/round=1/plan_of_1_new_gate/qcc      1  1100000000 ns/op  1000000 cpu-ns/op  1 requests/op
BenchmarkGate/round=2/plan_of_1_new_gate/minimal  1 10000000000 ns/op  1000000 cpu-ns/op  0 requests/op
BenchmarkGate/round=2/plan_of_1_new_gate/qcc      1 11000000000 ns/op  1000000 cpu-ns/op  1 requests/op
BenchmarkGate/round=3/plan_of_1_new_gate/minimal  1  2000000000 ns/op  1000000 cpu-ns/op  0 requests/op
BenchmarkGate/round=3/plan_of_1_new_gate/qcc      1  4000000000 ns/op  1000000 cpu-ns/op  1 requests/op
BenchmarkGate/round=1/apply_of_1_new_gate/qcc-2   1  1 ns/op  1 cpu-ns/op  1 requests/op
BenchmarkGate/round=2/apply_of_1_new_gate/qcc-2   1  1 ns/op  1 cpu-ns/op  0 requests/op
BenchmarkManyGates/round=1/apply_of_9_new_gates/minimal-2 1 4000000000 ns/op 1 cpu-ns/op  0 requests/op
BenchmarkManyGates/round=1/apply_of_9_new_gates/qcc-2     1 4500000000 ns/op 1 cpu-ns/op  6 requests/op
BenchmarkGetOverLoopback-2   100  500000 ns/op  31492 B/op  228 allocs/op
BenchmarkGetOverLoopback-2   100  600000 ns/op  31492 B/op  228 allocs/op
BenchmarkReadOverLoopback-2  100  550000 ns/op  36072 B/op  319 allocs/op
PASS
`)

	for _, row := range []string{
		"50 data sources 1575.0 ms +-45% 2.25 145.0 ms +-2% 1.45 8 (4 to 11)",
		"plan of 1 new gate 2000.0 ms +-112% 4000.0 ms +-62% 1.100 +-20% 1.0 ms +-0% 1.00 1 (1 to 1)",
		"GetOverLoopback 550.00 us +-5% 31492 B 228",
		"requests of 50 data sources 11.000 at most 10 MISSED",
		"read over loopback, of a bare GET 1.000 at most 1.5 met",
		"allocations of this read beyond those of a bare GET 91.000 at most 90 MISSED",
		"plan of 1 new gate, of minimal 1.100 at most 1.1 met",
		"requests of the apply of its saved plan 0.000 exactly 1 MISSED",
		"requests of this apply in a second 1.200 at most 1 MISSED",
		"start until handshake, of minimal - at most 1.05 NO FIGURE",
		"plan with 50 data sources, of 1 - at most 1.5 NO FIGURE",
	} {
		if !strings.Contains(got, "\n"+row+"\n") {
			t.Errorf("there is no row %q:\n%s", row, got)
		}
	}
}

// TestBenchmarks runs each benchmark once, and checks that no figure is missing. It does not compare times, because one round is too few.
func TestBenchmarks(t *testing.T) {
	if testing.Short() {
		t.Skip("the benchmarks take half a minute")
	}

	var benchmarks strings.Builder

	for _, args := range [][]string{
		{os.Args[0], "-test.run=^$", "-test.bench=.", "-test.benchtime=1x", "-rounds=1", "-gates=12"},
		{"go", "test", "-run=^$", "-bench=.", "-benchmem", "-benchtime=1x", "../../qcc", "../../provider"},
	} {
		output, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, output)
		}

		benchmarks.Write(output)
	}

	got := tables(t, benchmarks.String())
	if met := strings.Count(got, " met\n") + strings.Count(got, " MISSED\n"); met != 17 || strings.Contains(got, "NO FIGURE") {
		t.Errorf("%d targets have a figure, want 17:\n%s", met, got)
	}

	for _, row := range []string{
		"no provider", "minimal provider", "1 data source", "10 data sources", "50 data sources", "200 data sources", "ephemeral resource",
		"plan of 1 existing gate", "plan of 1 new gate", "apply of 1 new gate", "plan of 12 new gates", "apply of 12 new gates",
		"start until handshake", "resident memory", "binary", "ReadOverLoopback", "DecodeQuota/modules=1000", "Readers/readers=200", "PlanGate",
	} {
		if !strings.Contains(got, "\n"+row+" ") {
			t.Errorf("there is no row for %q:\n%s", row, got)
		}
	}
}
