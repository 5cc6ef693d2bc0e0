package main

import (
	"fmt"
	"os"
	"strings"
)

// readAccepted reads the list of mutants that no test has to notice. Each mutant is a line. The line below one or more of them is the reason,
// which is indented. A line that begins with "#" is a comment.
func readAccepted(path string) (map[string]string, error) {
	text, err := os.ReadFile(path) //nolint:gosec // The user of the command chooses the file.
	if err != nil {
		return nil, err
	}

	var (
		accepted = map[string]string{}
		mutants  []string // The next reason applies to these.
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
