package message

import (
	"fmt"
)

// Language is a language of diagnostics. The zero value is English.
type Language int

// The languages of diagnostics.
const (
	English Language = iota
	Chinese
)

// Languages returns all languages of diagnostics.
func Languages() []Language { return []Language{English, Chinese} }

// String returns the code of the language, as users write it.
func (l Language) String() string { return [...]string{"en", "zh"}[l] }

// ParseLanguage returns the language with a code. It returns false if no language has the code.
func ParseLanguage(code string) (Language, bool) {
	for _, language := range Languages() {
		if language.String() == code {
			return language, true
		}
	}

	return English, false
}

// Text is a text in both languages. Literals have no field names, so that a text in one language only does not compile.
type Text struct{ English, Chinese string }

// In returns the text in one language.
func (t Text) In(language Language) string {
	if language == Chinese {
		return t.Chinese
	}

	return t.English
}

// format formats a text with values.
func (l Language) format(text Text, values ...any) string {
	return fmt.Sprintf(text.In(l), values...)
}

// join joins sentences of one paragraph. It skips those that are empty. Chinese has no space between sentences.
func (l Language) join(sentences ...string) string {
	joined := ""

	for _, sentence := range sentences {
		if joined != "" && sentence != "" {
			joined += Text{" ", ""}.In(l)
		}

		joined += sentence
	}

	return joined
}
