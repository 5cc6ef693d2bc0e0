package qcc

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// maxQuoted is how many characters of the service's own words an error repeats.
const maxQuoted = 300

// quote makes the service's own words fit to be shown: without any of the secrets, in any letter case or URL encoding, without
// characters that a terminal would obey, and not too long.
func quote(words string, secrets ...string) string {
	var hidden []string

	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			hidden = append(hidden, regexp.QuoteMeta(form))
		}
	}

	pattern := regexp.MustCompile("(?i)" + strings.Join(hidden, "|"))
	pattern.Longest()
	words = pattern.ReplaceAllLiteralString(words, "(redacted)")

	words = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}

		return ' '
	}, words)

	if runes := []rune(words); len(runes) > maxQuoted {
		words = string(runes[:maxQuoted]) + "…"
	}

	return strings.TrimSpace(words)
}
