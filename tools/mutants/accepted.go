package main

import (
	"fmt"
	"os"
	"strings"
)

// readAccepted reads the list of mutants that need not be noticed: a line for each, and below it the reason, which is indented. A line that
// begins with "#" is a comment.
func readAccepted(path string) (map[string]string, error) {
	text, err := os.ReadFile(path) //nolint:gosec // Its user says what to read.
	if err != nil {
		return nil, err
	}

	var (
		accepted = map[string]string{}
		mutants  []string // Those that the next reason is for.
		reasoned = true
	)

	for line := range strings.Lines(string(text)) {
		words := strings.TrimSpace(line)

		switch {
		case words == "" || strings.HasPrefix(line, "#"):
		case line[0] == ' ':
			for _, m := range mutants {
				accepted[m] = strings.TrimSpace(accepted[m] + " " + words)
			}

			reasoned = true
		default:
			if reasoned {
				mutants, reasoned = nil, false
			}

			if _, twice := accepted[words]; twice {
				return nil, fmt.Errorf("%s has %q twice", path, words)
			}

			mutants = append(mutants, words)
			accepted[words] = ""
		}
	}

	for m, reason := range accepted {
		if reason == "" {
			return nil, fmt.Errorf("%s gives no reason for %q", path, m)
		}
	}

	return accepted, nil
}
