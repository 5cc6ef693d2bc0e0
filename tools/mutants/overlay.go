package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// variable is the environment variable whose value is the number of the mutant to turn on.
const variable = "MUTANT"

// switchboard is a file that is added to a package. It has the functions that the changed files call.
const switchboard = `package %s

import "os"

var mutantTurnedOn = os.Getenv("` + variable + `")

func mutantIsOn(number string) bool { return mutantTurnedOn == number }

func mutated[T any](number string, was, is T) T {
	if mutantIsOn(number) {
		return is
	}

	return was
}

func zeroed[T any](number string, was T) T {
	var zero T

	return mutated(number, was, zero)
}
`

// render returns a part of a source with the switches of all its mutants. It adds no lines.
func render(source []byte, start, end int, sites []*site) string {
	var (
		written strings.Builder
		at      = start
	)

	for len(sites) > 0 {
		place := sites[0]
		inner := 1

		for inner < len(sites) && sites[inner].start < place.end {
			inner++
		}

		written.Write(source[at:place.start])
		written.WriteString(place.render(render(source, place.start, place.end, sites[1:inner])))

		at, sites = place.end, sites[inner:]
	}

	written.Write(source[at:end])

	return written.String()
}

func (s *site) render(was string) string {
	switch s.form {
	case condition:
		var written strings.Builder

		written.WriteString("(func() bool { ")

		for _, m := range s.mutants {
			fmt.Fprintf(&written, `if mutantIsOn("%d") { return %s }; `, m.number, oneLineOfCode(m.replacement))
		}

		return written.String() + "return " + was + " }())"
	case operand:
		for _, m := range s.mutants {
			if m.replacement == "" {
				was = fmt.Sprintf(`zeroed("%d", %s)`, m.number, was)
			} else {
				was = fmt.Sprintf(`mutated[%s]("%d", %s, %s)`, s.typ, m.number, was, oneLineOfCode(m.replacement))
			}
		}

		return was
	default:
		var written strings.Builder

		for _, m := range s.mutants {
			fmt.Fprintf(&written, `if mutantIsOn("%d") { %s } else `, m.number, oneLineOfCode(m.replacement))
		}

		return written.String() + "{ " + was + " }"
	}
}

// oneLineOfCode keeps an expression from adding lines.
func oneLineOfCode(text string) string {
	if !strings.Contains(text, "//") {
		return strings.ReplaceAll(text, "\n", " ")
	}

	return text
}

// writeOverlay writes files into a folder, and returns the path of an overlay. With it, go uses these files for their paths in the tree.
func writeOverlay(folder string, files map[string]string) (string, error) {
	replace := map[string]string{}

	for path, text := range files {
		replace[path] = filepath.Join(folder, filepath.Base(path))

		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}

	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}

	path := filepath.Join(folder, "overlay.json")

	return path, os.WriteFile(path, overlay, 0o600)
}
