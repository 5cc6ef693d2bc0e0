package qcc

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// maxQuoted is how many characters of the service's own words an error repeats.
const maxQuoted = 300

// redacted makes an error of Client.interpret fit to be shown: its words of the service are quoted.
func redacted(err error, secrets ...string) error {
	var (
		status   *StatusError
		response *HTTPError
		answer   *AnswerError
		words    []*string
	)

	switch {
	case errors.As(err, &status):
		words = []*string{&status.Message}
	case errors.As(err, &response):
		words = []*string{&response.ContentType, &response.RedirectHost}
	case errors.As(err, &answer):
		words = []*string{&answer.ContentType, &answer.Problem}
	}

	for _, word := range words {
		*word = quote(*word, secrets...)
	}

	return err
}

// tokenPattern matches every Token, also that of an earlier request.
const tokenPattern = "[0-9a-f]{32}" //nolint:gosec // No credential, but what one looks like.

// quote makes the service's own words fit to be shown: without any of the secrets, in any letter case or URL encoding, without
// anything that could be a Token, without characters that a terminal would obey, and not too long.
func quote(words string, secrets ...string) string {
	hidden := []string{tokenPattern}

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
