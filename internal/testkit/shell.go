package testkit

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// Command is one command of a code block: its words, without quotes. An assignment to an environment variable has the words "set" and
// NAME=value, and its removal "unset" and NAME. A request to the emulator has the words "request", the method, the address and the body.
type Command []string

// Commands returns the commands of a code block for bash or PowerShell.
func Commands(block string) []Command {
	block = strings.NewReplacer("\\\n", " ", "`\n", " ").Replace(WithoutComments(block))

	var found []Command

	for line := range strings.Lines(block) {
		found = append(found, normalize(words(line))...)
	}

	return found
}

// words splits a line at spaces. Single and double quotes keep what is between them together.
func words(line string) []string {
	var (
		found []string
		word  strings.Builder
		quote rune
		open  bool
	)

	for _, r := range strings.TrimSpace(line) + " " {
		switch {
		case quote == 0 && unicode.IsSpace(r):
			if open {
				found = append(found, word.String())
			}

			word.Reset()

			open = false
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case r == quote:
			quote = 0
		default:
			word.WriteRune(r)

			open = true
		}
	}

	return found
}

// normalize gives the commands of both shells the same form.
func normalize(words []string) []Command {
	at := func(flag, otherwise string) string {
		if i := slices.Index(words, flag); i >= 0 && i+1 < len(words) {
			return words[i+1]
		}

		return otherwise
	}

	const set = "set"

	name, value, assigns := strings.Cut(words[0], "=")

	switch {
	case words[0] == "export":
		found := make([]Command, 0, len(words)-1)
		for _, assignment := range words[1:] {
			found = append(found, Command{set, assignment})
		}

		return found
	case strings.HasPrefix(words[0], "$env:") && len(words) == 3 && words[1] == "=":
		return []Command{{set, strings.TrimPrefix(words[0], "$env:") + "=" + strings.ReplaceAll(words[2], "$env:", "$")}}
	case words[0] == "Remove-Item":
		return []Command{{"unset", strings.TrimPrefix(words[1], "Env:")}}
	case assigns && len(words) > 1: // For one command. PowerShell has no such form.
		return []Command{{set, name + "=" + value}, words[1:], {"unset", name}}
	case words[0] == "curl" && strings.HasPrefix(words[1], "$"):
		return []Command{{"request", at("-X", http.MethodGet), words[1], at("-d", "")}}
	case words[0] == "Invoke-RestMethod":
		return []Command{{"request", strings.ToUpper(at("-Method", http.MethodGet)), strings.ReplaceAll(at("-Uri", words[1]), "$env:", "$"), at("-Body", "")}}
	default:
		return []Command{words}
	}
}
