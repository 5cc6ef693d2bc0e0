package qcc

import (
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSafeText limits the characters of a SafeText.
	maxSafeText = 300
	// ShortestSecret is the length of the shortest part of a credential or Token that is hidden, in characters. A shorter credential is hidden
	// only as a whole.
	ShortestSecret = 8
	// tokenLength is the number of hexadecimal digits of a Token. Any row of that many digits is hidden, because it may be an earlier Token.
	tokenLength = 32

	hexDigits = "0123456789abcdefABCDEF"
	hidden    = "(redacted)"
)

// SafeText is a text that is safe to show. It holds no part of a credential or Token, no command for a terminal or a pipeline, and at most
// 300 characters. The zero value is an empty text. Only a redactor makes a SafeText.
type SafeText struct{ text string }

// String returns the text.
func (t SafeText) String() string { return t.text }

// redactor removes secrets from texts. A nil redactor knows no secrets.
type redactor struct {
	// secrets are the credentials with their escaped forms, and the Tokens, in folded case.
	secrets []string
}

// newRedactor returns a redactor for secrets, and for their escaped forms in URLs, JSON and HTML.
func newRedactor(secrets ...string) *redactor {
	r := &redactor{}

	for _, secret := range secrets {
		r.add(secret)

		for _, escape := range []func(string) string{url.QueryEscape, url.PathEscape, escapeJSON, escapeJSONOfPHP, html.EscapeString} {
			if escaped := escape(secret); escaped != secret {
				r.add(escaped)
			}
		}
	}

	return r
}

// with returns a redactor that also knows Tokens. Tokens have no escaped forms.
func (r *redactor) with(tokens []string) *redactor {
	return &redactor{secrets: append(slices.Clip(r.secrets), tokens...)}
}

func (r *redactor) add(secret string) { r.secrets = append(r.secrets, foldCase(secret)) }

func escapeJSON(s string) string {
	escaped, _ := json.Marshal(s) //nolint:errchkjson // A string is always encoded.

	return string(escaped[1 : len(escaped)-1])
}

// escapeJSONOfPHP escapes a text as escapeJSON does, and also escapes slashes.
func escapeJSONOfPHP(s string) string { return strings.ReplaceAll(escapeJSON(s), "/", `\/`) }

// safe makes a text of the service safe to show. Its cost is bounded for every text.
func (r *redactor) safe(raw string) SafeText { return r.safeUpTo(raw, maxSafeText) }

// safeUpTo is like safe, and keeps at most the given number of characters.
func (r *redactor) safeUpTo(raw string, most int) SafeText {
	redacted := r.redact([]rune(cut(printable(raw))))
	text := []rune(strings.ReplaceAll(redacted, "##", "# ")) // A CI system may run "##[command]" or "##vso[command]" anywhere in a line.

	if len(text) > most {
		text = append(text[:most], '…')
	}

	return SafeText{strings.TrimSpace(string(text))}
}

// safeLength returns a length that the service chose; -1 if its digits may be a part of a secret.
func (r *redactor) safeLength(length int64) int64 {
	if r.hides(strconv.FormatInt(length, 10)) {
		return -1
	}

	return length
}

// hides reports whether a text holds a secret that redact would hide.
func (r *redactor) hides(text string) bool {
	for _, secret := range r.secretsIn([]rune(text)) {
		if secret {
			return true
		}
	}

	return false
}

// cut shortens a text, but keeps enough to find a secret that begins among the shown characters: a Token, or eight characters of a
// credential. If the shortened text ends with hexadecimal digits, cut removes them, because they may be the beginning of a Token.
func cut(raw string) string {
	left := maxSafeText + tokenLength

	for i := range raw {
		if left == 0 {
			return strings.TrimRight(raw[:i], hexDigits)
		}

		left--
	}

	return raw
}

// printable removes invisible characters, because a terminal may interpret them as commands. It replaces each line break or tab by a space.
func printable(text string) string {
	return strings.Map(func(char rune) rune {
		switch {
		case isVisible(char):
			return char
		case unicode.IsSpace(char):
			return ' '
		default:
			return -1
		}
	}, text)
}

// isVisible reports whether a character is visible by itself. Unicode also counts fillers, variation selectors and marks as printable.
// Between the characters of a secret, they would hide it from the redactor but not from a reader.
func isVisible(char rune) bool {
	const brailleBlank = '\u2800'

	return unicode.IsPrint(char) && char != brailleBlank && !unicode.In(char, unicode.M, unicode.Other_Default_Ignorable_Code_Point)
}

// redact replaces each run of characters that belong to a secret by a mark.
func (r *redactor) redact(text []rune) string {
	var (
		shown  strings.Builder
		inside bool
	)

	for i, secret := range r.secretsIn(text) {
		switch {
		case !secret:
			shown.WriteRune(text[i])
		case !inside:
			shown.WriteString(hidden)
		}

		inside = secret
	}

	return shown.String()
}

// secretsIn reports for each character whether it belongs to a secret.
func (r *redactor) secretsIn(text []rune) []bool {
	secret := make([]bool, len(text))
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			secret[i] = true
		}
	}

	digits := 0

	for i, char := range text {
		if !strings.ContainsRune(hexDigits, char) {
			digits = 0

			continue
		}

		digits++

		if digits == tokenLength {
			mark(i+1-tokenLength, i)
		}

		secret[i] = digits >= tokenLength
	}

	if r == nil {
		return secret
	}

	folded := []rune(foldCase(string(text)))

	for _, s := range r.secrets {
		width := min(ShortestSecret, utf8.RuneCountInString(s))

		for from := 0; from+width <= len(folded); from++ {
			if strings.Contains(s, string(folded[from:from+width])) {
				mark(from, from+width)
			}
		}
	}

	return secret
}

// foldCase returns a text without differences of letter case. The number of characters stays the same.
func foldCase(text string) string {
	return strings.Map(func(char rune) rune { return unicode.ToLower(unicode.ToUpper(char)) }, text)
}
