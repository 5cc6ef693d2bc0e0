// Command qcc-bench measures the cost of the provider, and compares it with a minimal provider. It measures plans and applies of the real
// Terraform against the emulator, the start, memory and size of the provider's process, and the Go benchmarks. It measures compared things
// alternately in one run, because the load of the machine changes. The figures are medians; the spread is half of the distance between
// the quartiles.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// benchDir is the output folder, relative to the project's root, in which the command runs. It receives the figures in the format of
// benchstat, and a temporary folder that the command removes.
const benchDir = ".build/bench"

// effort defines how many times each measurement is repeated.
type effort struct {
	rounds       int // Plans with time and requests.
	memoryRounds int // Plans with memory. They are separate, because watching memory takes CPU time.
	gateRounds   int // Plans and applies of one gate. They are more, because their targets are close.
	manyRounds   int // Plans and applies of many gates. They are fewer, because they take long.
	gates        int // Many gates.
	starts       int
	goCount      int
	goTime       string
}

func main() {
	var e effort

	flag.IntVar(&e.rounds, "rounds", 15, "how often each plan is measured")
	flag.IntVar(&e.memoryRounds, "memory-rounds", 7, "how often the memory of each plan is measured")
	flag.IntVar(&e.gateRounds, "gate-rounds", 40, "how often each plan and apply of one gate is measured")
	flag.IntVar(&e.manyRounds, "many-rounds", 5, "how often each plan and apply of many gates is measured")
	flag.IntVar(&e.gates, "gates", 1000, "the number of gates in the measurement of many gates")
	flag.IntVar(&e.starts, "starts", 60, "how often the start of each provider is measured")
	flag.IntVar(&e.goCount, "count", 6, "how often each Go benchmark runs")
	flag.StringVar(&e.goTime, "benchtime", "200ms", "how long each Go benchmark runs")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, e)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "The measurement failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, e effort) (err error) {
	if err := os.MkdirAll(benchDir, 0o750); err != nil {
		return err
	}

	dir, err := os.MkdirTemp(benchDir, "run-")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintln(out, "Building ...")

	terraform, err := tfcli.New(ctx, dir)
	if err != nil {
		return err
	}

	if err := terraform.Install(ctx, "floor", build.Module+"/internal/cmd/floor-provider"); err != nil {
		return err
	}

	modules := emulator.Sample()
	modules[0].Total += int64(e.gates) // Each gate requires one unit.
	service := emulator.New(emulator.WithModules(modules...))

	server, err := emulator.Listen(ctx, "127.0.0.1:0", service)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()

	p := &plans{terraform: terraform, service: service, dir: dir, env: []string{
		"QCC_BASE_URL=" + server.URL, "QCC_KEY=" + emulator.DefaultKey, "QCC_SECRET_KEY=" + emulator.DefaultSecretKey,
	}}

	fmt.Fprintf(out, "Measuring plans, %d times each ...\n", e.rounds)

	planned, err := p.measure(ctx, readConfigurations(), e.rounds, e.memoryRounds)
	if err != nil {
		return err
	}

	fmt.Fprintf(out, "Measuring gates, %d times each, and %d of them %d times each ...\n", e.gateRounds, e.gates, e.manyRounds)

	gates, err := p.measureGates(ctx, e)
	if err != nil {
		return err
	}

	fmt.Fprintf(out, "Measuring starts, %d times each ...\n", e.starts)

	processes, err := measureProcesses(ctx, []string{terraform.Provider("floor"), terraform.Provider("qcc")}, e.starts)
	if err != nil {
		return err
	}

	fmt.Fprintf(out, "Running the Go benchmarks, %d times %s each ...\n", e.goCount, e.goTime)

	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}

	benchmarks, err := runGoBenchmarks(ctx, dir, filepath.Join(benchDir, "go.txt"), e)
	if err != nil {
		return err
	}

	if err := writePlans(filepath.Join(benchDir, "plan.txt"), slices.Concat(planned, gates.planned())); err != nil {
		return err
	}

	printPlans(out, planned)
	printGates(out, gates)
	printProcesses(out, processes[0], processes[1])
	printBenchmarks(out, benchmarks)
	printTargets(out, planned, gates, processes[0], processes[1], benchmarks)
	fmt.Fprintf(out, "\nFor benchstat: %s and %s\n", filepath.Join(benchDir, "plan.txt"), filepath.Join(benchDir, "go.txt"))

	return nil
}
