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

// configuration is a root module to measure, and what to measure of it.
type configuration struct {
	name, content string
	// existing creates the resources before the measurement, so that a plan has no changes.
	existing bool
	// apply measures the apply of a saved plan instead of a plan.
	apply bool
}

// command returns the Terraform command that is measured.
func (c configuration) command() string {
	if c.apply {
		return "apply"
	}

	return "plan"
}

// planned holds the measurements of the plans or applies of one configuration.
type planned struct {
	configuration

	wall     []time.Duration
	cpu      []time.Duration // User and system time of Terraform and its providers.
	memory   []int64         // Peak resident memory of all of them together, in bytes; empty if the system does not report it.
	requests []int
}

// plans runs terraform plan and terraform apply, and measures them.
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

// requires returns the block that requires a provider.
func requires(name string) string {
	return fmt.Sprintf("terraform {\n  required_providers {\n    %[1]s = {\n      source = \"qccpro/%[1]s\"\n    }\n  }\n}\n\n", name)
}

// readConfigurations returns root modules that read the quota, and root modules for comparison.
func readConfigurations() []configuration {
	dataSources := func(count int) string {
		return requires("qcc") + fmt.Sprintf("data \"qcc_quota\" \"this\" {\n  count = %d\n}\n", count)
	}

	return []configuration{
		{name: noProvider, content: "output \"value\" {\n  value = 1\n}\n"},
		{name: minimalProvider, content: requires("floor") + "data \"floor_constant\" \"this\" {}\n"},
		{name: "minimal provider, 50 data sources", content: requires("floor") + "data \"floor_constant\" \"this\" {\n  count = 50\n}\n"},
		{name: oneDataSource, content: requires("qcc") + "data \"qcc_quota\" \"this\" {}\n"},
		{name: "10 data sources", content: dataSources(10)},
		{name: "50 data sources", content: dataSources(50)},
		{name: "200 data sources", content: dataSources(200)},
		{name: "ephemeral resource", content: requires("qcc") + "ephemeral \"qcc_quota\" \"now\" {}\n"},
	}
}

// measure measures all configurations alternately. Each round starts with another configuration, and every second round is in reverse.
// The memory rounds come last.
func (p *plans) measure(ctx context.Context, all []configuration, rounds, memoryRounds int) ([]planned, error) {
	results := make([]planned, len(all))

	for i, configuration := range all {
		results[i].configuration = configuration

		if err := p.prepare(ctx, configuration); err != nil {
			return nil, err
		}
	}

	for round := range rounds + memoryRounds {
		for i := range results {
			if round%2 == 1 {
				i = len(results) - 1 - i
			}

			if err := p.run(ctx, &results[(round/2+i)%len(results)], round >= rounds); err != nil {
				return nil, err
			}
		}
	}

	return results, nil
}

// folder returns the path of the root module of a configuration.
func (p *plans) folder(c configuration) string {
	return filepath.Join(p.dir, strings.ReplaceAll(c.command()+" "+c.name, " ", "-"))
}

// prepare writes a configuration, and runs the Terraform commands that precede the measurement.
func (p *plans) prepare(ctx context.Context, c configuration) error {
	if err := os.MkdirAll(p.folder(c), 0o750); err != nil {
		return err
	}

	if err := os.WriteFile(filepath.Join(p.folder(c), "main.tf"), []byte(c.content), 0o600); err != nil {
		return err
	}

	commands := [][]string{{"init", noInput}}
	if c.existing {
		commands = append(commands, []string{"apply", noInput, "-auto-approve"})
	}

	if c.apply {
		commands = append(commands, []string{"plan", noInput, "-out=" + savedPlan})
	}

	for _, command := range commands {
		var output strings.Builder

		code, err := p.terraform.Run(ctx, p.folder(c), p.env, &output, command...)
		if err != nil || code != 0 {
			return fmt.Errorf("terraform %s: exit code %d: %w\n%s", command[0], code, err, output.String())
		}
	}

	return nil
}

const (
	// noInput keeps Terraform from asking questions.
	noInput = "-input=false"
	// savedPlan is the file name of a saved plan.
	savedPlan = "tfplan"
)

// run runs the Terraform command of a configuration once. It adds its measurements to result: memory only, or all others.
func (p *plans) run(ctx context.Context, result *planned, memory bool) error {
	arguments := []string{result.command(), noInput, "-lock=false"}

	if result.apply {
		// Terraform accepts the same saved plan again if there is no state.
		if err := os.RemoveAll(filepath.Join(p.folder(result.configuration), "terraform.tfstate")); err != nil {
			return err
		}

		arguments = append(arguments, savedPlan)
	}

	var output strings.Builder

	command := p.terraform.Command(ctx, p.folder(result.configuration), p.env, arguments...)
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

	return fmt.Errorf("running Terraform: %w", errors.Join(err, errors.New(output)))
}
