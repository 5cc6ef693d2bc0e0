// Package message has every text of the provider's diagnostics, in English and Chinese. Its methods return the title and the detail of a
// diagnostic: a short noun phrase, and paragraphs that say what happened, what it means, and what to do about it. The guide "Status codes and
// errors" uses the same texts.
package message

import "strings"

// Explanation explains one kind of failure to users.
type Explanation struct {
	// Title is the title of the diagnostic. It is the same for all failures of a kind.
	Title Text
	// Meaning says what the failure means. It is empty if the description of the response already says so.
	Meaning Text
	// Remedy says what a person can do. It is empty if there is nothing to do.
	Remedy Text
}

// Several texts name QCC's support. Its working hours are in the time zone of China.
const (
	support   = "400-928-2212, working days 08:00-17:30 (UTC+8)"
	supportZH = "400-928-2212（北京时间工作日 08:00-17:30）"
)

// diagnostic returns the parts of a diagnostic.
func (l Language) diagnostic(heading Text, paragraphs ...string) (title, detail string) {
	return heading.In(l), l.paragraphs(paragraphs...)
}

// guide returns the address of a page of the documentation.
func (l Language) guide(name string) string {
	if l == Chinese {
		name += "-zh"
	}

	return "https://github.com/qccpro/terraform-provider-qcc/blob/main/docs/guides/" + name + ".md"
}

// paragraphs joins all paragraphs that are not empty. It wraps the lines of Chinese ones, except facts, because Terraform wraps lines at
// spaces only.
func (l Language) paragraphs(all ...string) string {
	var said []string

	for _, paragraph := range all {
		if paragraph == "" {
			continue
		}

		lines := strings.Split(paragraph, "\n")

		for i, line := range lines {
			if l == Chinese && !strings.HasPrefix(line, factIndent) {
				lines[i] = wrap(line, 0)
			}
		}

		said = append(said, strings.Join(lines, "\n"))
	}

	return strings.Join(said, "\n\n")
}

// factIndent begins each line of facts.
const factIndent = "  "

// facts returns a paragraph with one fact a line. The indentation separates the service's words from the provider's, and Terraform does not
// wrap indented lines. Each fact begins with its name, so that no free text of the service begins a line. Some CI systems interpret lines
// that begin with "::" or "##" as commands. Only a list of module ids has further lines, and qcc.IsPlainID excludes both.
func facts(lines ...string) string { return factIndent + strings.Join(lines, "\n"+factIndent) }
