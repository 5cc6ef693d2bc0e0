// Package bench_test measures the cost of the provider, and compares it with a minimal provider. make bench prints the figures in tables,
// and compares them with the project's targets.
package bench_test

import (
	"bufio"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

var (
	rounds = flag.Int("rounds", 0, "how often each benchmark runs, instead of its own number")
	many   = flag.Int("gates", 1000, "the number of gates in BenchmarkManyGates")
)

// providers maps the two compared providers to the resource that is compared. qcc comes last.
func providers() [2][2]string {
	return [2][2]string{{"minimal", "minimal_record"}, {"qcc", "qcc_quota_gate"}}
}

// BenchmarkPlan plans root modules that read the quota, and others for comparison.
func BenchmarkPlan(b *testing.B) {
	w := newWorkbench(b)
	counts := []int{10, 50, 200}
	all := append(make([]measured, 0, 4+len(counts)),
		w.plan("no provider", "", `output "value" { value = 1 }`),
		w.plan("minimal provider", "minimal", `data "minimal_constant" "this" {}`),
		w.plan("1 data source", "qcc", `data "qcc_quota" "this" {}`),
		w.plan("ephemeral resource", "qcc", `ephemeral "qcc_quota" "now" {}`))

	for _, count := range counts {
		all = append(all, w.plan(fmt.Sprintf("%d data sources", count), "qcc", fmt.Sprintf(`data "qcc_quota" "this" { count = %d }`, count)))
	}

	inRounds(b, 15, all)
}

// BenchmarkGate compares a gate with a resource of the minimal provider. It has more rounds, because its targets are close.
func BenchmarkGate(b *testing.B) {
	w := newWorkbench(b)

	all := make([]measured, 0, 6)

	for _, p := range providers() {
		content := resources(p[1], 1)
		existing := w.plan("plan of 1 existing gate/"+p[0], p[0], content)
		w.run(b, existing.dir, "apply", "-auto-approve")

		all = append(all, existing, w.plan("plan of 1 new gate/"+p[0], p[0], content), w.applySaved("apply of 1 new gate/"+p[0], p[0], content))
	}

	inRounds(b, 40, all)
}

// BenchmarkManyGates compares many gates with as many resources. It has fewer rounds, because they take long.
func BenchmarkManyGates(b *testing.B) {
	w := newWorkbench(b)

	all := make([]measured, 0, 4)

	for _, p := range providers() {
		name := fmt.Sprintf("of %d new gates/%s", *many, p[0])
		all = append(all, w.plan("plan "+name, p[0], resources(p[1], *many)), w.applySaved("apply "+name, p[0], resources(p[1], *many)))
	}

	inRounds(b, 5, all)
}

// BenchmarkStart measures the start of each provider without Terraform, its memory after the start, and the size of its binary.
func BenchmarkStart(b *testing.B) {
	w := newWorkbench(b)

	// The providers leave their sockets here, because the benchmark kills them. The path of a socket must be short.
	sockets, err := os.MkdirTemp("", "bench-") //nolint:usetesting // The path of b.TempDir is too long for a socket.
	if err != nil {
		b.Fatal(err)
	}

	b.Cleanup(func() { _ = os.RemoveAll(sockets) })

	all := make([]measured, 0, 2)

	for _, p := range providers() {
		binary := w.terraform.Provider(p[0])
		all = append(all, measured{name: p[0], run: func(b *testing.B) {
			b.Helper()
			start(b, binary, sockets)
		}})
	}

	inRounds(b, 60, all)
}

// resources returns a configuration of count resources that require one unit each.
func resources(kind string, count int) string {
	return fmt.Sprintf("resource %q \"this\" {\n  count    = %d\n  required = { radar_id = 1 }\n}\n", kind, count)
}

// measured is one benchmark among those that alternate.
type measured struct {
	name string
	dir  string // The root module, if Terraform runs in one.
	run  func(*testing.B)
}

// inRounds runs all benchmarks alternately, because the load of the machine changes. Each round starts with another benchmark, and every second
// one is in reverse.
func inRounds(b *testing.B, count int, all []measured) {
	b.Helper()

	if *rounds > 0 {
		count = *rounds
	}

	for round := range count {
		b.Run(fmt.Sprintf("round=%d", round+1), func(b *testing.B) {
			for i := range all {
				if round%2 == 1 {
					i = len(all) - 1 - i
				}

				m := all[(round/2+i)%len(all)]
				b.Run(m.name, m.run)
			}
		})
	}
}

// workbench is a Terraform with both providers, and an emulator that counts their requests.
type workbench struct {
	b         *testing.B
	terraform *tfcli.CLI
	service   *emulator.Emulator
	env       []string
}

func newWorkbench(b *testing.B) *workbench {
	b.Helper()

	terraform, err := tfcli.New(b.Context(), b.TempDir())
	if err == nil {
		err = terraform.Install(b.Context(), "minimal", build.Module+"/internal/test/bench/minimal")
	}

	if err != nil {
		b.Fatal(err)
	}

	modules := emulator.Sample()
	modules[0].Total += int64(*many)
	service := emulator.New(emulator.WithModules(modules...))
	server := httptest.NewServer(service)
	b.Cleanup(server.Close)

	return &workbench{b: b, terraform: terraform, service: service, env: []string{
		"QCC_BASE_URL=" + server.URL, "QCC_KEY=" + emulator.DefaultKey, "QCC_SECRET_KEY=" + emulator.DefaultSecretKey,
	}}
}

// plan returns a benchmark of terraform plan in a new root module, which requires one provider or none.
func (w *workbench) plan(name, provider, content string) measured {
	w.b.Helper()

	dir := w.b.TempDir()

	if provider != "" {
		content += fmt.Sprintf("\nterraform {\n  required_providers {\n    %[1]s = {\n      source = \"qccpro/%[1]s\"\n    }\n  }\n}\n", provider)
	}

	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(content), 0o600); err != nil {
		w.b.Fatal(err)
	}

	w.run(w.b, dir, "init")

	return measured{name, dir, func(b *testing.B) {
		b.Helper()
		w.measure(b, dir, "plan", "-lock=false")
	}}
}

// applySaved returns a benchmark of terraform apply with a saved plan in a new root module.
func (w *workbench) applySaved(name, provider, content string) measured {
	w.b.Helper()

	m := w.plan(name, provider, content)
	w.run(w.b, m.dir, "plan", "-out=tfplan")

	m.run = func(b *testing.B) {
		b.Helper()

		// Terraform accepts the same saved plan again if there is no state.
		if err := os.RemoveAll(filepath.Join(m.dir, "terraform.tfstate")); err != nil {
			b.Fatal(err)
		}

		w.measure(b, m.dir, "apply", "-lock=false", "tfplan")
	}

	return m
}

// measure runs a Terraform command, and reports the CPU time of Terraform and its providers, and the number of requests.
func (w *workbench) measure(b *testing.B, dir, command string, args ...string) {
	b.Helper()

	var cpu time.Duration

	before := w.service.Requests()

	for b.Loop() {
		state := w.run(b, dir, command, args...)
		cpu += state.UserTime() + state.SystemTime()
	}

	b.ReportMetric(float64(cpu)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(w.service.Requests()-before)/float64(b.N), "requests/op")
}

// run runs a Terraform command, which must succeed.
func (w *workbench) run(b *testing.B, dir, command string, args ...string) *os.ProcessState {
	b.Helper()

	run := w.terraform.Command(b.Context(), dir, w.env, append([]string{command, "-input=false"}, args...)...)
	if output, err := run.CombinedOutput(); err != nil {
		b.Fatalf("terraform %s: %v\n%s", command, err, output)
	}

	return run.ProcessState
}

// start starts a provider until it prints the address for Terraform.
func start(b *testing.B, binary, sockets string) {
	b.Helper()

	var memory int64

	for b.Loop() {
		command := exec.CommandContext(b.Context(), binary)
		// A provider requires these variables from Terraform: without them it refuses to start.
		command.Env = append(os.Environ(), "PLUGIN_PROTOCOL_VERSIONS=6", "TMPDIR="+sockets,
			"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")

		output, err := command.StdoutPipe()
		if err == nil {
			err = command.Start()
		}

		if err != nil {
			b.Fatal(err)
		}

		line, err := bufio.NewReader(output).ReadString('\n')

		b.StopTimer()

		if err != nil || strings.Count(line, "|") < 4 {
			b.Fatalf("%s prints %q instead of its address: %v", binary, line, err)
		}

		memory += residentMemory(command.Process.Pid)
		_ = command.Process.Kill()
		_ = command.Wait() // The error reports the kill.

		b.StartTimer()
	}

	info, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}

	b.ReportMetric(float64(memory)/float64(b.N), "resident-B")
	b.ReportMetric(float64(info.Size()), "binary-B")
}

// residentMemory returns the resident memory of a process in bytes; 0 if the system does not report it.
func residentMemory(pid int) int64 {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) // Only Linux has this file.

	fields := strings.Fields(string(content))
	if len(fields) < 2 {
		return 0
	}

	pages, _ := strconv.ParseInt(fields[1], 10, 64) // The kernel writes numbers.

	return pages * int64(os.Getpagesize())
}
