// Package terminal draws a terminal window with the output of a command as SVG. The demo makes the pictures of the READMEs with it.
package terminal

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// These are the measures of a picture, in pixels. A cell holds one column of one line.
const (
	cellWidth  = 8.4
	cellHeight = 20
	margin     = 20
	titleBar   = 36
	baseline   = 15 // The distance from the top of a cell to the foot of its letters.
)

// style is how a run of text looks. Terraform sets it with the sequences "\x1b[...m" (SGR).
type style struct {
	bold, underlined bool
	color            int // 30 to 37; 0 is the color of plain text.
}

// run is a part of a line with one style, in letters of one width.
type run struct {
	text   string
	style  style
	column int // The column of the first letter, counted from 0.
	width  int // The width in columns.
}

var sequence = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// Picture draws a terminal window with the given number of columns as SVG. The text may have the colors that Terraform uses. Picture
// returns an error if a line is too long, or if the text has another control sequence. The same text gives the same picture.
func Picture(title string, columns int, text string) (string, error) {
	lines, err := parse(strings.TrimRight(text, "\n"))
	if err != nil {
		return "", err
	}

	var body strings.Builder

	for i, line := range lines {
		for _, run := range line {
			if run.column+run.width > columns {
				return "", fmt.Errorf("line %d has more than %d columns: %q", i+1, columns, run.text)
			}

			if strings.TrimSpace(run.text) != "" {
				fmt.Fprintln(&body, run.element(titleBar+margin/2+i*cellHeight+baseline))
			}
		}
	}

	width := int(float64(columns)*cellWidth) + 2*margin

	return fmt.Sprintf(window, width, titleBar+margin+len(lines)*cellHeight, escaped(title), width/2, body.String()), nil
}

// window takes the width, the height, the title, the middle of the title bar, and the text.
const window = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img">
<title>%[3]s</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", "PingFang SC",
  "Microsoft YaHei", "Noto Sans Mono CJK SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei", monospace; fill: #d6dae0; white-space: pre }
.b { font-weight: 700; fill: #fff }
.u { text-decoration: underline }
.c31 { fill: #ff6b68 }
.c32 { fill: #5fd38d }
.c33 { fill: #f0c674 }
.c36 { fill: #6cc7d9 }
.t { fill: #9aa1ab; text-anchor: middle }
</style>
<rect width="100%%" height="100%%" rx="10" fill="#1b1f24"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/>
<circle cx="40" cy="18" r="6" fill="#febc2e"/>
<circle cx="60" cy="18" r="6" fill="#28c840"/>
<text class="t" x="%[4]d" y="23">%[3]s</text>
%[5]s</svg>
`

// element returns a run as an element with a fixed length, so that columns are aligned in every font.
func (r run) element(y int) string {
	var classes []string

	if r.style.bold {
		classes = append(classes, "b")
	}

	if r.style.underlined {
		classes = append(classes, "u")
	}

	if r.style.color != 0 {
		classes = append(classes, "c"+strconv.Itoa(r.style.color))
	}

	class := ""
	if len(classes) > 0 {
		class = fmt.Sprintf(` class="%s"`, strings.Join(classes, " "))
	}

	return fmt.Sprintf(`<text%s x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve">%s</text>`,
		class, margin+float64(r.column)*cellWidth, y, float64(r.width)*cellWidth, escaped(r.text))
}

func escaped(text string) string {
	var out strings.Builder

	_ = xml.EscapeText(&out, []byte(text)) // A strings.Builder returns no error.

	return out.String()
}

// parse splits a text into lines of runs.
func parse(text string) ([][]run, error) {
	var (
		lines   [][]run
		current style
	)

	for line := range strings.SplitSeq(text, "\n") {
		var (
			runs   []run
			column int
		)

		for line != "" {
			end, next := len(line), len(line)
			if at := sequence.FindStringSubmatchIndex(line); at != nil {
				end, next = at[0], at[1]
			}

			if strings.ContainsFunc(line[:end], unicode.IsControl) {
				return nil, fmt.Errorf("the text has a control character: %q", line)
			}

			runs, column = appendRuns(runs, column, line[:end], current)

			if end < len(line) {
				if err := current.set(sequence.FindStringSubmatch(line)[1]); err != nil {
					return nil, err
				}
			}

			line = line[next:]
		}

		lines = append(lines, runs)
	}

	return lines, nil
}

// appendRuns appends a text of one style. It starts a run wherever the width of the letters changes.
func appendRuns(runs []run, column int, text string, current style) ([]run, int) {
	for start := 0; start < len(text); {
		letters := []rune(text[start:])
		width := columnsOf(letters[0])

		count := slices.IndexFunc(letters, func(r rune) bool { return columnsOf(r) != width })
		if count < 0 {
			count = len(letters)
		}

		part := string(letters[:count])
		runs = append(runs, run{text: part, style: current, column: column, width: count * width})
		column += count * width
		start += len(part)
	}

	return runs, column
}

// columnsOf returns how many columns a letter takes in a terminal: two for Han characters and Chinese punctuation.
func columnsOf(r rune) int {
	const punctuation, fullWidth, fullWidthEnd = 0x3000, 0xff00, 0xff60

	if unicode.Is(unicode.Han, r) || r >= punctuation && r < punctuation+0x40 || r > fullWidth && r <= fullWidthEnd {
		return 2
	}

	return 1
}

// set applies the codes of a sequence, such as "1;31".
func (s *style) set(codes string) error {
	for code := range strings.SplitSeq(codes, ";") {
		switch code {
		case "", "0":
			*s = style{}
		case "1":
			s.bold = true
		case "4":
			s.underlined = true
		case "31", "32", "33", "36":
			s.color, _ = strconv.Atoi(code)
		default:
			return fmt.Errorf("the control sequence %q is not supported", codes)
		}
	}

	return nil
}
