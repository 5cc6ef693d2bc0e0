package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
)

// trialDatabase is a script that starts a PostgreSQL for a trial. It prints a line that sets the variable, and, on the standard error, a line that
// ends with the command that stops the server.
const trialDatabase = "examples/reservations/trial-database.sh"

// startDatabase starts a database on a free port. It returns an environment variable with its URL, and a function that stops it. The error
// says in one line why there is none, for example because PostgreSQL is not installed.
func startDatabase(ctx context.Context) (variable string, stop func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}

	address, _ := listener.Addr().(*net.TCPAddr) // It is one of TCP.
	if err := listener.Close(); err != nil {
		return "", nil, err
	}

	output, said, err := bash(ctx, trialDatabase, strconv.Itoa(address.Port))
	if err != nil {
		return "", nil, err
	}

	_, command, _ := strings.Cut(said, ": ")

	variable, found := strings.CutPrefix(output, "export ")
	if !found || command == "" {
		return "", nil, fmt.Errorf("%s printed %q and %q", trialDatabase, output, said)
	}

	return variable, func() error {
		_, _, err := bash(context.WithoutCancel(ctx), "-c", command)

		return err
	}, nil
}

// bash runs a script or a command, and returns its output and its messages. The error has the last line of the messages.
func bash(ctx context.Context, arguments ...string) (output, said string, err error) {
	var stdout, stderr bytes.Buffer

	command := exec.CommandContext(ctx, "bash", arguments...) //nolint:gosec // The script is a file of this repository.
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	output, said = strings.TrimSpace(stdout.String()), strings.TrimSpace(stderr.String())

	if err != nil {
		err = fmt.Errorf("%w: %s", err, said[strings.LastIndex(said, "\n")+1:])
	}

	return output, said, err
}
