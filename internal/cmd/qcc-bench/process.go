package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

// process holds the measurements of a provider process without Terraform.
type process struct {
	start  []time.Duration // Time until the handshake line, which gives Terraform the address of the process.
	memory []int64         // Resident memory at that time, in bytes; empty if the system does not report it.
	size   int64           // Size of the binary, in bytes.
}

// measureProcesses starts the providers alternately, without Terraform.
func measureProcesses(ctx context.Context, binaries []string, starts int) (processes []process, err error) {
	// The providers create their sockets in this folder, and do not remove them, because measure kills the providers. The path of a socket must be short.
	sockets, err := os.MkdirTemp("", "qcc-bench-")
	if err != nil {
		return nil, err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(sockets)) }()

	processes = make([]process, len(binaries))

	for i, binary := range binaries {
		info, err := os.Stat(binary)
		if err != nil {
			return nil, err
		}

		processes[i].size = info.Size()
	}

	for range starts {
		for i, binary := range binaries {
			if err := processes[i].measure(ctx, binary, sockets); err != nil {
				return nil, err
			}
		}
	}

	return processes, nil
}

// measure starts a provider once, and adds its measurements.
func (p *process) measure(ctx context.Context, binary, sockets string) error {
	command := exec.CommandContext(ctx, binary)
	// A provider requires these variables from Terraform: without them it refuses to start.
	command.Env = append(os.Environ(),
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6",
		"TMPDIR="+sockets)

	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}

	started := time.Now()

	if err := command.Start(); err != nil {
		return err
	}

	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait() // The error reports the kill.
	}()

	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil || strings.Count(line, "|") < 4 {
		return fmt.Errorf("%s prints %q instead of its address: %w", binary, line, err)
	}

	p.start = append(p.start, time.Since(started))

	if bytes := residentMemory(command.Process.Pid); bytes > 0 {
		p.memory = append(p.memory, bytes)
	}

	return nil
}

// watchMemory returns the peak resident memory of a process and its descendants, in bytes. It measures until ctx ends, and returns 0 if
// the system does not report memory.
func watchMemory(ctx context.Context, pid int) int64 {
	var peak int64

	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()

	for ctx.Err() == nil {
		peak = max(peak, familyMemory(pid))

		<-ticker.C
	}

	return peak
}

// familyMemory returns the resident memory of a process and its descendants, in bytes.
func familyMemory(pid int) int64 {
	sum := residentMemory(pid)

	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // The pattern is valid.
	for _, task := range tasks {
		children, _ := os.ReadFile(task) //nolint:gosec // The path is in /proc. A finished process has no such file.

		for child := range strings.FieldsSeq(string(children)) {
			if id, err := strconv.Atoi(child); err == nil {
				sum += familyMemory(id)
			}
		}
	}

	return sum
}

// residentMemory returns the resident memory of a process, in bytes. It returns 0 if the process has ended, or if the system does not
// report memory.
func residentMemory(pid int) int64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}

	fields := strings.Fields(string(content))
	if len(fields) < 2 {
		return 0
	}

	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}

	return pages * int64(os.Getpagesize())
}

// benchmark holds the values of a Go benchmark by unit.
type benchmark struct {
	name   string
	values map[string][]float64
}

// runGoBenchmarks runs the Go benchmarks, and writes their output to the file path. The temporary files of go are in dir, because an
// interrupted go leaves them behind.
func runGoBenchmarks(ctx context.Context, dir, path string, e effort) ([]benchmark, error) {
	command := exec.CommandContext(ctx, "go", "test", "-tags="+build.Tags, "-run=^$", "-bench=.", "-benchmem", //nolint:gosec // The arguments are constants and flags of this command.
		"-count="+strconv.Itoa(e.goCount), "-benchtime="+e.goTime, "./internal/qcc", "./internal/provider")
	command.Stderr = os.Stderr

	command.Env = append(os.Environ(), "GOTMPDIR="+dir)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }

	output, err := command.Output()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("go test: %w", err), errors.New(string(output)))
	}

	return parseBenchmarks(string(output)), os.WriteFile(path, output, 0o600)
}

// parseBenchmarks parses lines such as "BenchmarkSign-2  1000  584 ns/op  144 B/op  3 allocs/op".
func parseBenchmarks(output string) []benchmark {
	var found []benchmark

	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}

		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndex(name, "-"); i >= 0 {
			name = name[:i] // The number of processors.
		}

		if len(found) == 0 || found[len(found)-1].name != name {
			found = append(found, benchmark{name: name, values: map[string][]float64{}})
		}

		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				values := found[len(found)-1].values
				values[fields[i+1]] = append(values[fields[i+1]], value)
			}
		}
	}

	return found
}
