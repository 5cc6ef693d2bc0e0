// Command qcc-emulator serves QCC Pro's quota request on this machine. Users can try the provider with it without an account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

// stopTimeout is how long the emulator waits for unfinished answers when it stops.
const stopTimeout = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	language, _ := message.ParseLanguage(os.Getenv("QCC_LANGUAGE"))
	err := run(ctx, language, os.Args[1:], os.Stdout)

	stop()

	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "qcc-emulator:", err)
		os.Exit(1)
	}
}

// text returns a text in both languages.
func text(english, chinese string) message.Text {
	return message.Text{English: english, Chinese: chinese}
}

// usage is the first part of the help.
func usage() message.Text {
	return text(`qcc-emulator emulates QCC Pro's quota query on this machine. It checks the signature of every query as the service does,
and answers with the sample quota of the interface document. Set flags, or use the control API, to simulate faults.

It listens on loopback addresses only, and stops on Ctrl-C. To use the control API, replace URL by the URL that it prints:

  curl URL/emulator                                                   shows the quota, the behavior and the number of queries
  curl URL/emulator/consume  -X POST -d '{"radar_id": 10}'            adds 10 to the consumed quota of radar_id
  curl URL/emulator/orders   -X POST -d '{"radar_id": 10}'            places an order of 10, which fails if less is left
  curl URL/emulator/modules  -X PUT  -d '[{"id": "radar_id", "totalCount": 5}]'
                                                                      replaces all modules
  curl URL/emulator/behavior -X PUT  -d '{"code": 199, "next": 2}'    fails the next 2 queries, so that the provider retries
  curl URL/emulator/behavior -X PUT  -d '{"code": 112}'               refuses every query, so every read fails
  curl URL/emulator/behavior -X PUT  -d '{"count_after": "30s"}'      counts each later order 30 s after it was placed
  curl URL/emulator/behavior -X PUT  -d '{"concurrent": 20, "delay": "200ms", "lock_after": 500}'
                                                                      answers 20 queries at once, each after 200 ms, and locks
                                                                      the account after 500 refused queries in a minute
  curl URL/emulator/behavior -X PUT  -d '{}'                          restores the default behavior

A behavior has the names of the flags below, with "_" instead of "-".

Flags:
`, `qcc-emulator 在本机模拟企查查专业版的额度查询。它像企查查一样验证每次查询的签名，返回接口文档中的示例额度。要模拟故障，
请设置下列参数，或者使用控制 API。

它只监听本机回环地址，按 Ctrl-C 停止。使用控制 API 时，请把 URL 换成它输出的地址：

  curl URL/emulator                                                   显示额度、行为和查询次数
  curl URL/emulator/consume  -X POST -d '{"radar_id": 10}'            radar_id 的消耗额度增加 10
  curl URL/emulator/orders   -X POST -d '{"radar_id": 10}'            下一笔需要 10 的订单，剩余额度不足时失败
  curl URL/emulator/modules  -X PUT  -d '[{"id": "radar_id", "totalCount": 5}]'
                                                                      替换所有模块
  curl URL/emulator/behavior -X PUT  -d '{"code": 199, "next": 2}'    接下来的 2 次查询失败，provider 会重试
  curl URL/emulator/behavior -X PUT  -d '{"code": 112}'               拒绝每次查询，读取都会失败
  curl URL/emulator/behavior -X PUT  -d '{"count_after": "30s"}'      此后的每笔订单在下单 30 s 后计入消耗额度
  curl URL/emulator/behavior -X PUT  -d '{"concurrent": 20, "delay": "200ms", "lock_after": 500}'
                                                                      最多同时处理 20 个查询，每个用时 200 ms；
                                                                      一分钟内拒绝 500 次查询后锁定账号
  curl URL/emulator/behavior -X PUT  -d '{}'                          恢复默认行为

行为的各项与下列参数同名，但用 "_" 代替 "-"。

参数：
`)
}

// run serves the emulator until ctx ends.
func run(ctx context.Context, language message.Language, args []string, out io.Writer) error {
	var (
		behavior               emulator.Behavior
		listen, key, secretKey string
	)

	seeHelp := text("see -help", "请参阅 -help").In(language)

	flags := flag.NewFlagSet("qcc-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // The flag package prints nothing, because run returns errors, and prints the help itself.
	flags.StringVar(&listen, "listen", "127.0.0.1:0", text(
		"loopback `address` to listen on; port 0 selects a free port", "监听的本机回环地址 `address`；端口 0 表示任选一个空闲端口",
	).In(language))
	flags.StringVar(&key, "key", emulator.DefaultKey, text("the only `key` that the emulator accepts", "模拟服务接受的唯一 `key`").In(language))
	flags.StringVar(&secretKey, "secret-key", emulator.DefaultSecretKey, text("the `secret` of the key", "该 key 的 `secret`").In(language))
	behavior.AddFlags(flags, language == message.Chinese)
	err := flags.Parse(args)

	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage().In(language))
		flags.SetOutput(out)
		flags.PrintDefaults()

		return err
	case err != nil:
		return fmt.Errorf("%w; %s", err, seeHelp)
	case flags.NArg() > 0:
		return fmt.Errorf("%q %s; %s", flags.Arg(0), text("is not a flag", "不是参数").In(language), seeHelp)
	}

	if err := behavior.Check(); err != nil {
		return err
	}

	server, err := emulator.Listen(ctx, listen, emulator.New(
		emulator.WithCredentials(key, secretKey),
		emulator.WithBehavior(behavior),
		emulator.WithLog(func(line string) { fmt.Fprintln(out, line) }),
		emulator.WithChinese(language == message.Chinese),
	))
	if errors.Is(err, syscall.EADDRINUSE) {
		return errors.New(listen + text(
			" is in use: choose another port, or stop the emulator that runs there", " 已被占用：请换一个端口，或者停止正在运行的模拟服务",
		).In(language))
	} else if err != nil {
		return err
	}

	variables := [][2]string{{"QCC_BASE_URL", server.URL}}
	if key == emulator.DefaultKey && secretKey == emulator.DefaultSecretKey { // The user's own credentials are not printed.
		variables = append(variables, [2]string{"QCC_KEY", key}, [2]string{"QCC_SECRET_KEY", secretKey})
	}

	fmt.Fprintln(out, text(
		"The emulator runs until you press Ctrl-C. Set these variables in another shell:",
		"模拟服务会一直运行，按 Ctrl-C 停止。请在另一个终端设置这些变量：",
	).In(language))
	printVariables(out, "", "export %s=%s\n", variables)
	printVariables(out, text("Or in PowerShell:", "在 PowerShell 中：").In(language)+"\n", "$env:%s = \"%s\"\n", variables)
	fmt.Fprintln(out)

	<-ctx.Done()

	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()

	return server.Stop(stopping)
}

// printVariables prints the commands that set environment variables in one shell.
func printVariables(out io.Writer, title, format string, variables [][2]string) {
	fmt.Fprintf(out, "\n%s", title)

	for _, variable := range variables {
		fmt.Fprintf(out, format, variable[0], variable[1])
	}
}
