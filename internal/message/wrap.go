package message

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lineWidth is how many columns a line of Chinese text may have. Terraform never wraps such a line in a terminal of the usual 80 columns.
const lineWidth = 72

const (
	pauses   = "，。；：、！？…"
	openings = "（“《【"
	closings = "）”》】"
)

var (
	// clauses matches each part of a text up to a pause.
	clauses = regexp.MustCompile(`[^` + pauses + `]*[` + pauses + `]*[` + closings + `]*`)
	// spaces matches wide punctuation with the spaces beside it. Such spaces come from values in texts.
	spaces = regexp.MustCompile(` *([` + pauses + openings + closings + `]) *`)
)

// wrap breaks a Chinese paragraph into lines of at most lineWidth columns. On the first line, the given number of columns is already used.
//
// A line ends after a pause, because a reader of Chinese sees no words. A clause that no line can hold is also broken at the spaces around
// words of another language, and so is the first clause if it follows other text.
func wrap(paragraph string, used int) string {
	var lines strings.Builder

	column := used
	write := func(piece string) {
		if column > 0 && column+width(piece) > lineWidth {
			lines.WriteString("\n")

			column, piece = 0, strings.TrimPrefix(piece, " ")
		}

		lines.WriteString(piece)

		column += width(piece)
	}

	for i, clause := range clauses.FindAllString(spaces.ReplaceAllString(paragraph, "$1"), -1) {
		if width(clause) > lineWidth || i == 0 && used > 0 {
			for _, words := range phrases(clause) {
				write(words)
			}
		} else {
			write(clause)
		}
	}

	return lines.String()
}

// phrases splits a clause at the spaces between Chinese and another language. It keeps a number and its unit together.
func phrases(clause string) []string {
	words := strings.Split(clause, " ")
	split := words[:1:1]

	for i, word := range words[1:] {
		before, _ := utf8.DecodeLastRuneInString(words[i])
		after, _ := utf8.DecodeRuneInString(word)

		if isWide(before) == isWide(after) || unicode.IsDigit(before) {
			split[len(split)-1] += " " + word
		} else {
			split = append(split, " "+word)
		}
	}

	return split
}

// width returns how many columns a text takes in a terminal.
func width(text string) int {
	columns := 0

	for _, char := range text {
		columns++

		if isWide(char) {
			columns++
		}
	}

	return columns
}

// isWide reports whether a character takes two columns in a Chinese terminal: a Han character, or the punctuation beside it.
func isWide(char rune) bool {
	const fullWidthForms = 0xff00

	return unicode.Is(unicode.Han, char) || strings.ContainsRune(pauses+openings+closings, char) || char >= fullWidthForms && char <= fullWidthForms+0xef
}
