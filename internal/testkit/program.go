package testkit

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// Judge runs a program with input, such as a plan in JSON. It returns the exit code, standard output and standard error.
func Judge(t *testing.T, input, dir, program string, args ...string) (int, string, string) {
	t.Helper()

	var out, problems strings.Builder

	command := exec.CommandContext(t.Context(), program, args...) //nolint:gosec // A test provides the program.
	command.Dir = dir
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &out, &problems

	if err := command.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}

	return command.ProcessState.ExitCode(), out.String(), problems.String()
}
