// Command qcc-demo demonstrates quota gates with the real Terraform and the emulator. It shows a plan that passes, refusals at apply and
// at plan, and runs that add nothing and therefore send no query. The demo requires Go and Terraform, but no account, and no network
// except loopback.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
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

// buildDir is the output folder, relative to the project's root, in which the command runs. The demo writes only to a temporary folder in
// it.
const buildDir = ".build"

// configuration is the root module of the demo.
//
//go:embed main.tf
var configuration string

func main() {
	pictures := flag.String("pictures", "", "draw pictures of the refused plan into this `folder`, and do not run the demo")

	flag.Parse()

	// A closed output pipe (SIGPIPE) ends the demo like Ctrl-C. Terraform and its providers stop, and the folder is removed.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)

	var err error
	if *pictures != "" {
		err = draw(ctx, os.Stdout, *pictures)
	} else {
		err = run(ctx, os.Stdout)
	}

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
func run(ctx context.Context, out io.Writer) error {
	return prepare(ctx, out, colorful(out), func(show *show, service *emulator.Emulator, url string) error {
		return story(ctx, show, service, url)
	})
}

// prepare builds the provider, starts the emulator, and calls use. It removes everything afterwards.
func prepare(ctx context.Context, out io.Writer, colors bool, use func(*show, *emulator.Emulator, string) error) (err error) {
	if err := os.MkdirAll(buildDir, 0o750); err != nil {
		return fmt.Errorf("creating the folder of the demo: %w", err)
	}

	dir, err := os.MkdirTemp(buildDir, "demo-")
	if err != nil {
		return fmt.Errorf("creating the folder of the demo: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintln(out, "Building the provider ...")

	terraform, err := tfcli.New(ctx, dir)
	if err != nil {
		return err
	}

	show := &show{out: out, terraform: terraform, dir: filepath.Join(dir, "gate")}
	if err := show.write(configuration); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}

	service := emulator.New(emulator.WithLog(show.noteQuery))

	server, err := emulator.Listen(ctx, "127.0.0.1:0", service)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()

	show.env = []string{
		"QCC_BASE_URL=" + server.URL, "QCC_KEY=" + emulator.DefaultKey, "QCC_SECRET_KEY=" + emulator.DefaultSecretKey,
	}
	if !colors {
		show.env = append(show.env, "TF_CLI_ARGS=-no-color")
	}

	return use(show, service, server.URL)
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

// grantedToOthers is what the first scene's refusal says by QCC_LANGUAGE.
func grantedToOthers() map[string]string {
	return map[string]string{"en": "Granted to other gates in this run: 40", "zh": "本次运行中其他门禁已占用：40"}
}

// refusedPlan is the scene that the pictures show. Which of its gates is refused differs from run to run.
func refusedPlan(language string) scene {
	return scene{
		title: "Three orders together need more than is left: the plan is refused",
		text: "Each of these orders needs 20 units, and 48 units are left. Together, the orders need 60 units. The\n" +
			"provider adds up what all gates of a plan add.",
		command: []string{plan, "-var=orders={north=20, south=20, west=20}"},
		want:    outcome{code: isRefused, says: grantedToOthers()[language], queries: true},
	}
}

// The commands of several scenes.
const (
	plan  = "plan"
	apply = "apply"
)

// story runs the steps of the demo. It returns an error if Terraform does not behave as the text says.
func story(ctx context.Context, show *show, service *emulator.Emulator, url string) error {
	const (
		orderNorth = "-var=orders={north=20}"
		approved   = "-auto-approve"
	)

	consume := func(count int64) func() error { return func() error { return service.Consume("radar_id", count) } }
	fail := func() error {
		service.Behave(emulator.Behavior{HTTPStatus: http.StatusServiceUnavailable})

		return nil
	}

	scenes := []scene{
		refusedPlan("en"),
		{
			title:   "The quota is enough: the plan passes",
			text:    "This plan adds one order of 30 units. Terraform saves the plan.",
			command: []string{plan, "-var=orders={north=30}", "-out=tfplan"},
			want:    outcome{says: "2 to add", queries: true},
		},
		{
			title: "The quota is consumed meanwhile: the saved plan is refused at apply",
			text: "Another pipeline has just consumed 20 units, so 28 are left. The gate reads the quota again at apply,\n" +
				"before Terraform creates anything.",
			before:  consume(20),
			command: []string{apply, "tfplan"},
			want:    outcome{code: isRefused, says: "is short by 2.", queries: true},
		},
		{
			title:   "One order fits: the apply passes",
			text:    "This order needs 20 of the 28 units. The provider judges the gate at plan and again at apply, each time with a new query.",
			command: []string{apply, approved, orderNorth},
			want:    outcome{says: "2 added", queries: true},
		},
		{
			title: "Nothing is added: the plan sends no query",
			text: "The order has consumed its 20 units, so 8 are left. That is less than the gate requires. But its 20 units\n" +
				"were granted before, and the provider judges only what a change adds.",
			before:  consume(20),
			command: []string{plan, orderNorth},
			want:    outcome{says: "No changes."},
		},
		{
			title:   "QCC is down: a destroy works",
			text:    "From now on, the emulator answers every query with HTTP status 503. A destroy adds nothing, so the provider sends no query.",
			before:  fail,
			command: []string{"destroy", approved, orderNorth},
			want:    outcome{says: "2 destroyed"},
		},
	}

	show.step("The configuration: a gate in front of each order", fmt.Sprintf(
		"An emulator of QCC Pro listens on %s and checks the signature of every query.\n"+
			"Its company has bought 50 units of risk monitoring (风险监控, radar_id) and consumed 2, so 48 are left.\n"+
			"Each order has a gate that says how many units the order needs.", url))

	if err := show.initialize(ctx); err != nil {
		return err
	}

	for _, scene := range scenes {
		if err := show.scene(ctx, scene); err != nil {
			return err
		}
	}

	if err := reservations(ctx, show, service); err != nil {
		return err
	}

	show.step("Summary", fmt.Sprintf(
		"The provider sent %d signed queries. The gates refused each run that needed more quota than was left, before\n"+
			"Terraform created any order. The other runs passed. README.md explains how to write a gate.", service.Requests()))

	return nil
}

// reservations shows two runs that share a database, if PostgreSQL is on this machine.
func reservations(ctx context.Context, show *show, service *emulator.Emulator) (err error) {
	const title = "Two runs share a database: the gates of both add up"

	database, stop, err := startDatabase(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}

	if err != nil {
		show.step(title, "This step needs PostgreSQL, which "+trialDatabase+" does not start here:\n"+err.Error())

		return nil
	}

	defer func() { err = errors.Join(err, stop()) }()

	service.Behave(emulator.Behavior{})
	service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 2})

	show.env = append(show.env, database, "QCC_RESERVATION_HOLDER=the run in the north")

	if err := show.scene(ctx, scene{
		title: title,
		text: "QCC works again, and 48 units are left. This apply orders 30 of them. QCC has not counted the order yet, so it\n" +
			"still says 48. But the gate has reserved its 30 units in a PostgreSQL, which " + trialDatabase + "\nhas started.",
		command: []string{apply, "-auto-approve", "-var=orders={north=30}"},
		want:    outcome{says: "2 added", queries: true},
	}); err != nil {
		return err
	}

	show.env = append(show.env, "QCC_RESERVATION_HOLDER=the run in the south")

	return show.scene(ctx, scene{
		title:   "Another state knows nothing of that order: its plan is refused",
		text:    "This plan has a state of its own. It needs 30 units too, and QCC still says that 48 are left.",
		command: []string{plan, "-state=south.tfstate", "-var=orders={south=30}"},
		want:    outcome{code: isRefused, says: "Reserved by other runs: 30", queries: true},
	})
}

// The story expects these exit codes of Terraform.
const (
	succeeds  = 0
	isRefused = 1
)

// scene is a step of the story.
type scene struct {
	title, text string
	// before changes the emulator before the command; nil changes nothing.
	before  func() error
	command []string
	want    outcome
}

// outcome is what the story expects of a command.
type outcome struct {
	code int
	// says is a part of Terraform's output.
	says string
	// queries reports whether the emulator receives queries.
	queries bool
}

// check returns an error if a command ended in another way.
func (o outcome) check(code int, output string, queries int) error {
	switch {
	case code != o.code:
		return fmt.Errorf("exit code %d, not %d", code, o.code)
	case !strings.Contains(output, o.says):
		return fmt.Errorf("the output does not have %q", o.says)
	case queries > 0 != o.queries:
		return fmt.Errorf("the emulator received %d queries", queries)
	default:
		return nil
	}
}

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

// takeQueries returns the stored log lines, and removes them.
func (s *show) takeQueries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	queries := s.queries
	s.queries = nil

	return queries
}

// write writes the configuration to the folder in which Terraform runs.
func (s *show) write(configuration string) error {
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return err
	}

	return os.WriteFile(filepath.Join(s.dir, "main.tf"), []byte(configuration), 0o600)
}

// step prints the numbered title and the text of a step.
func (s *show) step(title, text string) {
	s.steps++

	const width = 100

	heading := fmt.Sprintf("== %d. %s ", s.steps, title)
	fmt.Fprintf(s.out, "\n%s%s\n\n%s\n", heading, strings.Repeat("=", max(0, width-len(heading))), text)
}

// scene prints a step, and runs its command.
func (s *show) scene(ctx context.Context, scene scene) error {
	s.step(scene.title, scene.text)

	if scene.before != nil {
		if err := scene.before(); err != nil {
			return err
		}
	}

	return s.run(ctx, scene.want, scene.command[0], scene.command[1:]...)
}

// initialize prints the configuration and runs terraform init. It prints Terraform's output only on failure, because the story does not
// need it.
func (s *show) initialize(ctx context.Context) error {
	fmt.Fprintf(s.out, "\n$ cat main.tf\n\n%s\n$ terraform init\n", configuration)

	var output strings.Builder

	code, err := s.terraform.Run(ctx, s.dir, s.env, &output, "init", "-input=false")
	if err != nil || code != succeeds {
		return fmt.Errorf("terraform init: exit code %d: %w\n%s", code, err, output.String())
	}

	return nil
}

// run prints a Terraform command, its output, and the queries that the emulator received. It returns an error if the outcome is not the
// one that the story expects.
func (s *show) run(ctx context.Context, want outcome, command string, arguments ...string) error {
	fmt.Fprintf(s.out, "\n$ terraform %s\n\n", typed(slices.Concat([]string{command}, arguments)))

	var output strings.Builder

	got, err := s.terraform.Run(ctx, s.dir, s.env, io.MultiWriter(s.out, &output), slices.Concat([]string{command, "-input=false"}, arguments)...)
	if err != nil {
		return fmt.Errorf("terraform %s: %w", command, err)
	}

	queries := s.takeQueries()
	s.report(queries)

	if err := want.check(got, output.String(), len(queries)); err != nil {
		return fmt.Errorf("terraform %s: %w", command, err)
	}

	return nil
}

// report prints the queries that the emulator received.
func (s *show) report(queries []string) {
	fmt.Fprintln(s.out)

	for _, query := range queries {
		fmt.Fprintf(s.out, "emulator: %s\n", query)
	}

	if len(queries) == 0 {
		fmt.Fprintln(s.out, "emulator: no query")
	}
}

// typed returns arguments as a user types them.
func typed(arguments []string) string {
	words := make([]string, 0, len(arguments))
	for _, argument := range arguments {
		words = append(words, quoted(argument))
	}

	return strings.Join(words, " ")
}

// quoted returns an argument as a user types it: a shell requires quotes around a value with braces.
func quoted(argument string) string {
	flag, value, found := strings.Cut(argument, "=")
	if !found || !strings.ContainsAny(value, "{}") {
		return argument
	}

	return flag + "='" + value + "'"
}
