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
)

// stopTimeout is how long the emulator waits for unfinished answers when it stops.
const stopTimeout = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)

	stop()

	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "qcc-emulator:", err)
		os.Exit(1)
	}
}

const usage = `qcc-emulator emulates QCC Pro's quota query on this machine. It checks the signature of every query as the service does,
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
`

// run serves the emulator until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	var (
		behavior               emulator.Behavior
		listen, key, secretKey string
	)

	flags := flag.NewFlagSet("qcc-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // The flag package prints nothing, because run returns errors, and prints the help itself.
	flags.StringVar(&listen, "listen", "127.0.0.1:0", "loopback `address` to listen on; port 0 selects a free port")
	flags.StringVar(&key, "key", emulator.DefaultKey, "the only `key` that the emulator accepts")
	flags.StringVar(&secretKey, "secret-key", emulator.DefaultSecretKey, "the `secret` of the key")
	behavior.AddFlags(flags)
	err := flags.Parse(args)

	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		flags.SetOutput(out)
		flags.PrintDefaults()

		return err
	case err != nil:
		return fmt.Errorf("%w; see -help", err)
	case flags.NArg() > 0:
		return fmt.Errorf("%q is not a flag; see -help", flags.Arg(0))
	}

	if err := behavior.Check(); err != nil {
		return err
	}

	server, err := emulator.Listen(ctx, listen, emulator.New(
		emulator.WithCredentials(key, secretKey),
		emulator.WithBehavior(behavior),
		emulator.WithLog(func(line string) { fmt.Fprintln(out, line) }),
	))
	if err != nil {
		return err
	}

	variables := [][2]string{{"QCC_BASE_URL", server.URL}}
	if key == emulator.DefaultKey && secretKey == emulator.DefaultSecretKey { // The user's own credentials are not printed.
		variables = append(variables, [2]string{"QCC_KEY", key}, [2]string{"QCC_SECRET_KEY", secretKey})
	}

	fmt.Fprintln(out, "The emulator runs until you press Ctrl-C. Set these variables in another shell:")
	printVariables(out, "", "export %s=%s\n", variables)
	printVariables(out, "Or in PowerShell:\n", "$env:%s = \"%s\"\n", variables)
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
