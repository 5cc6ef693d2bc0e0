// Package words has every text of the provider's diagnostics, in English and Chinese. The guide "Status codes and errors" is made of the same
// texts.
package words

import "strings"

// Message is a diagnostic in one language.
type Message struct {
	// Title is a short noun phrase.
	Title string
	// Detail says what happened, what it means, and what to do about it, in paragraphs.
	Detail string
}

// Explanation explains one kind of failure to users.
type Explanation struct {
	// Title is the title of the diagnostic. It is the same for all failures of a kind.
	Title Text
	// Meaning says what the failure means. It is empty if the description of the response already says so.
	Meaning Text
	// Remedy says what a person can do. It is empty if there is nothing to do.
	Remedy Text
}

// Several texts have these. The support of QCC knows no other time zone than its own.
const (
	support   = "400-928-2212, working days 08:00-17:30 (UTC+8)"
	supportZH = "400-928-2212（北京时间工作日 08:00-17:30）"
)

// message returns a diagnostic of the paragraphs that say something. It breaks the lines of Chinese ones, because Terraform breaks lines at
// spaces only.
func (l Language) message(title Text, paragraphs ...string) Message {
	var said []string

	for _, paragraph := range paragraphs {
		if paragraph == "" {
			continue
		}

		if l == Chinese && !strings.HasPrefix(paragraph, factIndent) {
			paragraph = wrap(paragraph, 0)
		}

		said = append(said, paragraph)
	}

	return Message{title.In(l), strings.Join(said, "\n\n")}
}

// factIndent begins each line of facts.
const factIndent = "  "

// facts sets what the service sent apart from the provider's own words, one fact a line. Terraform leaves a line that begins with a space
// as it is, and wraps others. Each fact begins with its name, so that no word of the service ever begins a line: some pipelines obey lines
// that begin with "::" or "##".
func facts(lines ...string) string { return factIndent + strings.Join(lines, "\n"+factIndent) }

// append adds paragraphs to a message.
func (l Language) append(message Message, paragraphs ...string) Message {
	added := l.message(Text{}, paragraphs...)
	message.Detail += "\n\n" + added.Detail

	return message
}
