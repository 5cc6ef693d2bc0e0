// Command qcc-demo demonstrates a quota gate with the real Terraform and the emulator. A plan reads the quota in a signed request and
// passes. After the quota is used up, the apply of that plan and the same plan are refused. The demo requires Go and Terraform, but no
// account, and no network except loopback.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

// These paths are relative to the project's root, in which the command runs. It writes only to a temporary folder in buildDir.
const (
	buildDir = ".build"
	example  = "examples/gates/apply/main.tf"
)

func main() {
	// A closed output pipe (SIGPIPE) ends the demo like Ctrl-C. Terraform and its providers stop, and the folder is removed.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx, os.Stdout)

	interrupted := ctx.Err() != nil

	stop()

	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, "The demo was interrupted.")
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "The demo failed:", err)
		os.Exit(1)
	}
}

// run builds the provider, starts the emulator, and runs the story.
func run(ctx context.Context, out io.Writer) (err error) {
	if err := os.MkdirAll(buildDir, 0o750); err != nil {
		return fmt.Errorf("making room for the demo: %w", err)
	}

	dir, err := os.MkdirTemp(buildDir, "demo-")
	if err != nil {
		return fmt.Errorf("making room for the demo: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintln(out, "Building the provider ...")

	terraform, err := tfcli.New(ctx, dir)
	if err != nil {
		return err
	}

	show := &show{out: out, terraform: terraform, dir: filepath.Join(dir, "gate")}
	service := emulator.New(emulator.WithLog(show.noteQuery))

	server, err := emulator.Listen(ctx, "127.0.0.1:0", service)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()

	show.env = []string{
		"QCC_BASE_URL=" + server.URL, "QCC_KEY=" + emulator.DefaultKey, "QCC_SECRET_KEY=" + emulator.DefaultSecretKey,
	}
	if !colorful(out) {
		show.env = append(show.env, "TF_CLI_ARGS=-no-color")
	}

	if err := copyFile(example, filepath.Join(show.dir, "main.tf")); err != nil {
		return fmt.Errorf("copying %s: %w", example, err)
	}

	return story(ctx, show, service, server.URL)
}

// colorful reports whether out is a terminal and NO_COLOR is not set.
func colorful(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}

	info, err := file.Stat()

	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// story runs the steps of the demo. It returns an error if Terraform does not behave as the text says.
func story(ctx context.Context, show *show, service *emulator.Emulator, url string) error {
	const (
		required = "-var=qcc_required={radar_id=40}"
		consumed = 20
	)

	show.step("The stage", fmt.Sprintf(
		"An emulator of QCC Pro's quota query listens on %s.\n"+
			"It checks the signature of every query. Its company has bought 50 units of risk monitoring (风险监控, radar_id) and used 2.\n"+
			"The configuration is %s, as it stands.", url, example))

	if err := show.initialize(ctx); err != nil {
		return err
	}

	show.step("The quota is enough: the plan passes, and is saved", "This change will consume 40 units. 48 are left.")

	if err := show.run(ctx, succeeds, "1 to add", "plan", required, "-out=tfplan"); err != nil {
		return err
	}

	if err := service.Consume("radar_id", consumed); err != nil {
		return err
	}

	show.step("The quota is used up meanwhile: the saved plan is not applied", fmt.Sprintf(
		"Another pipeline has just consumed %d units, so 28 are left. The plan holds the old numbers, but its ephemeral gate\n"+
			"reads the quota again at apply.", consumed))

	if err := show.run(ctx, isRefused, "QCC quota is short at this moment.", "apply", "tfplan"); err != nil {
		return err
	}

	show.step("A new plan is refused too, and says by how much", "Nothing has changed but the quota.")

	if err := show.run(ctx, isRefused, "QCC quota is short by 12 for radar_id", "plan", required); err != nil {
		return err
	}

	show.step("With nothing to order, the plan is not in anybody's way", "The same configuration, and the same little quota, but no new work.")

	if err := show.run(ctx, succeeds, "", "plan"); err != nil {
		return err
	}

	show.step("That is all", fmt.Sprintf(
		"Four commands, %d signed queries, and what the quota could not pay for was refused before anything was created.\n"+
			"The gate is %s; README.md says how to make it yours.", service.Requests(), example))

	return nil
}

// The story expects these exit codes of Terraform.
const (
	succeeds  = 0
	isRefused = 1
)

// show prints the steps of the story, and runs their Terraform commands.
type show struct {
	out       io.Writer
	terraform *tfcli.CLI
	dir       string
	env       []string
	steps     int

	mu      sync.Mutex
	queries []string
}

// noteQuery stores a log line of the emulator until the current command ends.
func (s *show) noteQuery(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.queries = append(s.queries, line)
}

// step prints the numbered title and the text of a step.
func (s *show) step(title, text string) {
	s.steps++

	const width = 100

	heading := fmt.Sprintf("== %d. %s ", s.steps, title)
	fmt.Fprintf(s.out, "\n%s%s\n\n%s\n", heading, strings.Repeat("=", max(0, width-len(heading))), text)
}

// initialize runs terraform init. It prints the output only on failure, because the story does not need it.
func (s *show) initialize(ctx context.Context) error {
	fmt.Fprint(s.out, "\n$ terraform init\n")

	var output strings.Builder

	code, err := s.terraform.Run(ctx, s.dir, s.env, &output, "init", "-input=false")
	if err != nil || code != succeeds {
		return fmt.Errorf("terraform init: exit code %d: %w\n%s", code, err, output.String())
	}

	return nil
}

// run prints a Terraform command, its output, and the requests that the emulator received. It returns an error if the exit code is not
// want, or if the output does not contain text.
func (s *show) run(ctx context.Context, want int, text, command string, arguments ...string) error {
	fmt.Fprintf(s.out, "\n$ terraform %s", command)

	for _, argument := range arguments {
		if strings.ContainsAny(argument, "{}") { // A shell requires quotes around braces.
			argument = "'" + argument + "'"
		}

		fmt.Fprint(s.out, " ", argument)
	}

	fmt.Fprint(s.out, "\n\n")

	var output strings.Builder

	got, err := s.terraform.Run(ctx, s.dir, s.env, io.MultiWriter(s.out, &output), slices.Concat([]string{command, "-input=false"}, arguments)...)

	s.mu.Lock()
	defer s.mu.Unlock()

	for _, query := range s.queries {
		fmt.Fprintf(s.out, "\nemulator: %s\n", query)
	}

	s.queries = nil

	switch {
	case err != nil:
		return fmt.Errorf("terraform %s: %w", command, err)
	case got != want:
		return fmt.Errorf("terraform %s: exit code %d, not %d", command, got, want)
	case !strings.Contains(output.String(), text):
		return fmt.Errorf("terraform %s: nothing says %q", command, text)
	default:
		return nil
	}
}

// copyFile copies a file, and creates the folder for it.
func copyFile(from, to string) error {
	content, err := os.ReadFile(from) //nolint:gosec // The path is a constant example.
	if err != nil {
		return err
	}

	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}

	return os.WriteFile(to, content, 0o600) //nolint:gosec // The path is in the demo's temporary folder.
}
