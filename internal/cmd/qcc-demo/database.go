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

// trialDatabase is a script that starts a PostgreSQL for a trial. It prints a line that sets the variable, and a line that ends with the
// command that stops the server.
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

	output, err := bash(ctx, trialDatabase, strconv.Itoa(address.Port))
	if err != nil {
		return "", nil, err
	}

	export, comment, _ := strings.Cut(strings.TrimSpace(output), "\n")
	_, command, _ := strings.Cut(comment, ": ")

	variable, found := strings.CutPrefix(export, "export ")
	if !found {
		return "", nil, fmt.Errorf("%s printed %q", trialDatabase, output)
	}

	return variable, func() error {
		_, err := bash(context.WithoutCancel(ctx), "-c", command)

		return err
	}, nil
}

// bash runs a script or a command, and returns its output. The error has the last line of what it says.
func bash(ctx context.Context, arguments ...string) (string, error) {
	var output, failure bytes.Buffer

	command := exec.CommandContext(ctx, "bash", arguments...) //nolint:gosec // The script is a file of this repository.
	command.Stdout, command.Stderr = &output, &failure

	if err := command.Run(); err != nil {
		said := strings.TrimSpace(failure.String())

		return "", fmt.Errorf("%w: %s", err, said[strings.LastIndex(said, "\n")+1:])
	}

	return output.String(), nil
}
