package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// planned holds the measurements of the plans of one configuration.
type planned struct {
	name     string
	wall     []time.Duration
	cpu      []time.Duration // User and system time of Terraform and its providers.
	memory   []int64         // Peak resident memory of all of them together, in bytes; empty if the system does not report it.
	requests []int
}

// plans runs terraform plan and measures it.
type plans struct {
	terraform *tfcli.CLI
	service   *emulator.Emulator
	dir       string
	env       []string
}

// Other configurations are compared with these.
const (
	noProvider      = "no provider"
	minimalProvider = "minimal provider"
	oneDataSource   = "1 data source"
)

// configurations returns the root modules to measure, with their names.
func configurations() []struct{ name, content string } {
	requires := func(name string) string {
		return fmt.Sprintf("terraform {\n  required_providers {\n    %[1]s = {\n      source = \"qccpro/%[1]s\"\n    }\n  }\n}\n\n", name)
	}
	dataSources := func(count int) string {
		return requires("qcc") + fmt.Sprintf("data \"qcc_quota\" \"this\" {\n  count = %d\n}\n", count)
	}

	return []struct{ name, content string }{
		{noProvider, "output \"value\" {\n  value = 1\n}\n"},
		{minimalProvider, requires("floor") + "data \"floor_constant\" \"this\" {}\n"},
		{"minimal provider, 50 data sources", requires("floor") + "data \"floor_constant\" \"this\" {\n  count = 50\n}\n"},
		{oneDataSource, requires("qcc") + "data \"qcc_quota\" \"this\" {}\n"},
		{"10 data sources", dataSources(10)},
		{"50 data sources", dataSources(50)},
		{"200 data sources", dataSources(200)},
		{"ephemeral resource", requires("qcc") + "ephemeral \"qcc_quota\" \"now\" {}\n"},
	}
}

// measure plans all configurations alternately. Each round starts with another configuration.
func (p *plans) measure(ctx context.Context, e effort) ([]planned, error) {
	all := configurations()
	results := make([]planned, len(all))

	for i, configuration := range all {
		results[i].name = configuration.name

		if err := p.initialize(ctx, configuration.name, configuration.content); err != nil {
			return nil, err
		}
	}

	for round := range e.rounds + e.memoryRounds {
		for i := range results {
			if err := p.plan(ctx, &results[(round+i)%len(results)], round >= e.rounds); err != nil {
				return nil, err
			}
		}
	}

	return results, nil
}

// folder returns the path of the root module of a configuration.
func (p *plans) folder(name string) string {
	return filepath.Join(p.dir, strings.ReplaceAll(name, " ", "-"))
}

// initialize writes a configuration, and runs terraform init.
func (p *plans) initialize(ctx context.Context, name, content string) error {
	if err := os.MkdirAll(p.folder(name), 0o750); err != nil {
		return err
	}

	if err := os.WriteFile(filepath.Join(p.folder(name), "main.tf"), []byte(content), 0o600); err != nil {
		return err
	}

	var output strings.Builder

	code, err := p.terraform.Run(ctx, p.folder(name), p.env, &output, "init", "-input=false")
	if err != nil || code != 0 {
		return fmt.Errorf("terraform init: exit code %d: %w\n%s", code, err, output.String())
	}

	return nil
}

// plan runs one terraform plan and adds its measurements to result: memory only, or all others.
func (p *plans) plan(ctx context.Context, result *planned, memory bool) error {
	var output strings.Builder

	command := p.terraform.Command(ctx, p.folder(result.name), p.env, "plan", "-input=false", "-lock=false")
	command.Stdout, command.Stderr = &output, &output

	before, started := p.service.Requests(), time.Now()

	if err := command.Start(); err != nil {
		return err
	}

	if memory {
		peak := make(chan int64)
		watching, stop := context.WithCancel(ctx)

		go func() { peak <- watchMemory(watching, command.Process.Pid) }()

		err := command.Wait()

		stop()

		if bytes := <-peak; bytes > 0 {
			result.memory = append(result.memory, bytes)
		}

		return explained(err, output.String())
	}

	err := command.Wait()

	result.wall = append(result.wall, time.Since(started))
	result.requests = append(result.requests, p.service.Requests()-before)
	result.cpu = append(result.cpu, command.ProcessState.UserTime()+command.ProcessState.SystemTime())

	return explained(err, output.String())
}

// explained adds the output of Terraform to an error. It returns nil for nil.
func explained(err error, output string) error {
	if err == nil {
		return nil
	}

	return fmt.Errorf("terraform plan: %w", errors.Join(err, errors.New(output)))
}
