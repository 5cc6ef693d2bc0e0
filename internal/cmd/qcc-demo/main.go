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
	"github.com/qccpro/terraform-provider-qcc/internal/message"
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

	language, _ := message.ParseLanguage(os.Getenv("QCC_LANGUAGE"))

	var err error
	if *pictures != "" {
		err = draw(ctx, os.Stdout, *pictures)
	} else {
		err = run(ctx, language, os.Stdout)
	}

	interrupted := ctx.Err() != nil

	stop()

	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, text("The demo was interrupted.", "演示被中断。").In(language))
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, text("The demo failed: ", "演示失败：").In(language)+err.Error())
		os.Exit(1)
	}
}

// text returns a text in both languages.
func text(english, chinese string) message.Text {
	return message.Text{English: english, Chinese: chinese}
}

// run builds the provider, starts the emulator, and runs the story.
func run(ctx context.Context, language message.Language, out io.Writer) error {
	return prepare(ctx, language, out, colorful(out), func(show *show, service *emulator.Emulator, url string) error {
		return story(ctx, show, service, url)
	})
}

// prepare builds the provider, starts the emulator, and calls use. It removes everything afterwards.
func prepare(
	ctx context.Context, language message.Language, out io.Writer, colors bool, use func(*show, *emulator.Emulator, string) error,
) (err error) {
	if err := os.MkdirAll(buildDir, 0o750); err != nil {
		return fmt.Errorf("creating the folder of the demo: %w", err)
	}

	dir, err := os.MkdirTemp(buildDir, "demo-")
	if err != nil {
		return fmt.Errorf("creating the folder of the demo: %w", err)
	}

	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	fmt.Fprintln(out, text("The demo builds the provider first.", "演示先构建 provider。").In(language))

	terraform, err := tfcli.New(ctx, dir)
	if err != nil {
		return err
	}

	show := &show{out: out, language: language, terraform: terraform, dir: filepath.Join(dir, "gate")}
	if err := show.write(rootModule(language)); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}

	service := emulator.New(emulator.WithLog(show.noteQuery), emulator.WithChinese(language == message.Chinese))

	server, err := emulator.Listen(ctx, "127.0.0.1:0", service)
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, server.Stop(context.WithoutCancel(ctx))) }()

	show.env = []string{
		"QCC_BASE_URL=" + server.URL, "QCC_KEY=" + emulator.DefaultKey, "QCC_SECRET_KEY=" + emulator.DefaultSecretKey,
		"QCC_LANGUAGE=" + language.String(),
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

// rootModule returns the configuration with comments in a language.
func rootModule(language message.Language) string {
	module := configuration

	for _, comment := range comments() {
		module = strings.Replace(module, comment.English, comment.In(language), 1)
	}

	return module
}

// comments are what the configuration says to readers.
func comments() []message.Text {
	return []message.Text{
		text("The credentials come from the environment.", "凭据来自环境变量。"),
		text("How many companies each order monitors.", "每笔订单监控多少家企业。"),
		text("One unit of risk monitoring for each company.", "每监控一家企业，需要的额度为 1。"),
		text("This stands for the resource or Terraform module that consumes the quota.", "这里代表消耗额度的资源或 Terraform 模块。"),
		text("All gates are judged first.", "先检查所有门禁。"),
	}
}

// refusedPlan is the scene that the pictures show. Which of its gates is refused differs from run to run.
func refusedPlan() scene {
	return scene{
		title: text("Three orders together need more than is left: the plan is refused", "三笔订单加起来超过剩余额度：plan 被拒绝"),
		text: text("Each of these orders needs 20 units, and 48 units are left. Together, the orders need 60 units. The\n"+
			"provider adds up what all gates of a plan add.",
			"每笔订单需要 20，三笔共需要 60，而剩余额度是 48。provider 会汇总一次 plan 中各门禁的新增用量。"),
		command: []string{plan, "-var=orders={north=20, south=20, west=20}"},
		want:    outcome{code: isRefused, says: text("Granted to other gates in this run: 40", "本次运行中其他门禁已占用：40"), queries: true},
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
		refusedPlan(),
		{
			title:   text("The quota is enough: the plan passes", "额度足够：plan 放行"),
			text:    text("This plan adds one order of 30 units. Terraform saves the plan.", "这次 plan 新增一笔需要 30 的订单，Terraform 保存该 plan。"),
			command: []string{plan, "-var=orders={north=30}", "-out=tfplan"},
			want:    outcome{says: inTerraform("2 to add"), queries: true},
		},
		{
			title: text("The quota is consumed meanwhile: the saved plan is refused at apply", "额度已被消耗：保存的 plan 在 apply 时被拒绝"),
			text: text("Another pipeline has just consumed 20 units, so 28 are left. The gate reads the quota again at apply,\n"+
				"before Terraform creates anything.",
				"另一条流水线刚刚消耗了 20，剩余额度是 28。apply 时，Terraform 创建任何资源之前，门禁会重新读取额度。"),
			before:  consume(20),
			command: []string{apply, "tfplan"},
			want:    outcome{code: isRefused, says: text("is short by 2.", "缺口为 2。"), queries: true},
		},
		{
			title: text("One order fits: the apply passes", "一笔订单的额度足够：apply 放行"),
			text: text("This order needs 20 of the 28 units. The provider judges the gate at plan and again at apply, each time with a new query.",
				"这笔订单需要 20，剩余额度是 28。plan 和 apply 各检查一次门禁，每次都重新查询额度。"),
			command: []string{apply, approved, orderNorth},
			want:    outcome{says: inTerraform("2 added"), queries: true},
		},
		{
			title: text("Nothing is added: the plan sends no query", "没有新增用量：plan 不发送查询"),
			text: text("The order has consumed its 20 units, so 8 are left. That is less than the gate requires. But its 20 units\n"+
				"were granted before, and the provider judges only what a change adds.",
				"订单消耗了 20，剩余额度是 8，低于门禁的需求量。但这 20 之前已经放行，provider 只检查新增的用量。"),
			before:  consume(20),
			command: []string{plan, orderNorth},
			want:    outcome{says: inTerraform("No changes.")},
		},
		{
			title: text("QCC is down: a destroy works", "企查查不可用：销毁不受影响"),
			text: text("From now on, the emulator answers every query with HTTP status 503. A destroy adds nothing, so the provider sends no query.",
				"从现在起，模拟服务对每次查询都返回 HTTP 状态 503。销毁没有新增用量，所以 provider 不发送查询。"),
			before:  fail,
			command: []string{"destroy", approved, orderNorth},
			want:    outcome{says: inTerraform("2 destroyed")},
		},
	}

	show.step(text("The configuration: a gate in front of each order", "配置：每笔订单前有一道门禁"), text(
		"An emulator of QCC Pro listens on %s and checks the signature of every query.\n"+
			"Its company has bought 50 units of risk monitoring (radar_id) and consumed 2, so 48 are left.\n"+
			"Each order has a gate that says how many units the order needs.",
		"企查查专业版的模拟服务监听 %s，并验证每次查询的签名。\n"+
			"账号购买的风险监控额度（radar_id）是 50，已消耗 2，剩余额度是 48。\n"+
			"每笔订单有一道门禁，写明这笔订单需要多少额度。"), url)

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

	show.step(text("Summary", "小结"), text(
		"The provider sent %d signed queries. The gates refused each run that needed more quota than was left, before\n"+
			"Terraform created any order. The other runs passed. README.md explains how to write a gate.",
		"provider 发送了 %d 次签名查询。凡是需要的额度超过剩余额度的运行，都在 Terraform 创建订单之前被门禁拒绝，其余运行放行。\n"+
			"README.zh-CN.md 介绍如何编写门禁。"), service.Requests())

	return nil
}

// reservations shows two runs that share a database, if PostgreSQL is on this machine.
func reservations(ctx context.Context, show *show, service *emulator.Emulator) (err error) {
	title := text("Two runs share a database: the gates of both add up", "两次运行共用一个数据库：两边的门禁一起汇总")

	database, stop, err := startDatabase(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}

	if err != nil {
		show.step(title, text("This step needs PostgreSQL, which %s does not start here:\n%v", "这一步需要 PostgreSQL，但 %s 未能启动它：\n%v"), trialDatabase, err)

		return nil
	}

	defer func() { err = errors.Join(err, stop()) }()

	service.Behave(emulator.Behavior{})
	service.SetModules(emulator.Module{ID: "radar_id", Total: 50, Consumed: 2})

	show.env = append(show.env, database, "QCC_RESERVATION_HOLDER="+text("the run in the north", "北方的流水线").In(show.language))

	if err := show.scene(ctx, scene{
		title: title,
		text: text("QCC works again, and 48 units are left. This apply orders 30 of them. QCC has not counted the order yet, so it\n"+
			"still says 48. But the gate has reserved its 30 units in a PostgreSQL, which "+trialDatabase+"\nhas started.",
			"企查查恢复正常，剩余额度是 48。这次 apply 的订单需要 30。企查查还没有计入这笔订单，仍然返回 48；\n"+
				"但门禁已在 PostgreSQL 中预留了 30，这个 PostgreSQL 由 "+trialDatabase+" 启动。"),
		command: []string{apply, "-auto-approve", "-var=orders={north=30}"},
		want:    outcome{says: inTerraform("2 added"), queries: true},
	}); err != nil {
		return err
	}

	show.env = append(show.env, "TF_WORKSPACE=south", "QCC_RESERVATION_HOLDER="+text("the run in the south", "南方的流水线").In(show.language))

	return show.scene(ctx, scene{
		title: text("Another state knows nothing of that order: its plan is refused", "另一个 state 中没有这笔订单：它的 plan 被拒绝"),
		text: text("This plan has a state of its own. It needs 30 units too, and QCC still says that 48 are left.",
			"这次 plan 使用自己的 state，也需要 30，而企查查返回的剩余额度仍是 48。"),
		command: []string{plan, "-var=orders={south=30}"},
		want:    outcome{code: isRefused, says: text("Reserved by other runs: 30", "其他运行已预留：30"), queries: true},
	})
}

// The story expects these exit codes of Terraform.
const (
	succeeds  = 0
	isRefused = 1
)

// scene is a step of the story.
type scene struct {
	title, text message.Text
	// before changes the emulator before the command; nil changes nothing.
	before  func() error
	command []string
	want    outcome
}

// outcome is what the story expects of a command.
type outcome struct {
	code int
	// says is a part of Terraform's output.
	says message.Text
	// queries reports whether the emulator receives queries.
	queries bool
}

// inTerraform returns a text of Terraform itself, which is English in every language.
func inTerraform(said string) message.Text { return message.Text{English: said, Chinese: said} }

// check returns an error if a command ended in another way.
func (o outcome) check(language message.Language, code int, output string, queries int) error {
	switch {
	case code != o.code:
		return fmt.Errorf("exit code %d, not %d", code, o.code)
	case !strings.Contains(output, o.says.In(language)):
		return fmt.Errorf("the output does not have %q", o.says.In(language))
	case queries > 0 != o.queries:
		return fmt.Errorf("the emulator received %d queries", queries)
	default:
		return nil
	}
}

// show prints the steps of the story, and runs their Terraform commands.
type show struct {
	out       io.Writer
	language  message.Language
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

	return os.WriteFile(filepath.Join(s.dir, "main.tf"), []byte(configuration), 0o600) //nolint:gosec // The folder is that of the demo.
}

// step prints the numbered title and the text of a step. The values are those of the text.
func (s *show) step(title, text message.Text, values ...any) {
	s.steps++

	const width = 100

	heading := fmt.Sprintf("== %d. %s ", s.steps, title.In(s.language))
	fmt.Fprintf(s.out, "\n%s%s\n\n%s\n", heading, strings.Repeat("=", max(0, width-len(heading))), fmt.Sprintf(text.In(s.language), values...))
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
	fmt.Fprintf(s.out, "\n$ cat main.tf\n\n%s\n$ terraform init\n", rootModule(s.language))

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

	if err := want.check(s.language, got, output.String(), len(queries)); err != nil {
		return fmt.Errorf("terraform %s: %w", command, err)
	}

	return nil
}

// report prints the queries that the emulator received.
func (s *show) report(queries []string) {
	fmt.Fprintln(s.out)

	if len(queries) == 0 {
		queries = []string{text("no query", "没有查询").In(s.language)}
	}

	for _, query := range queries {
		fmt.Fprintln(s.out, text("emulator: ", "模拟服务：").In(s.language)+query)
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
