package terminal_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/cmd/qcc-demo/terminal"
)

// elements returns the elements of a picture that have text, without the title bar.
func elements(t *testing.T, picture string) []string {
	t.Helper()

	decoder := xml.NewDecoder(strings.NewReader(picture))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the picture is not XML: %v\n%s", err, picture)
		}
	}

	var found []string

	for line := range strings.Lines(picture) {
		if strings.HasPrefix(line, "<text") && !strings.Contains(line, `class="t"`) {
			found = append(found, strings.TrimSpace(line))
		}
	}

	return found
}

func TestPicture(t *testing.T) {
	t.Parallel()

	const end = ` lengthAdjust="spacingAndGlyphs" xml:space="preserve">`

	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"plain":             {"ab\n\nc\n", []string{`<text x="20.0" y="61" textLength="16.8"` + end + `ab</text>`, `<text x="20.0" y="101" textLength="8.4"` + end + `c</text>`}},
		"a color":           {"a\x1b[31mb\x1b[0mc", []string{`<text x="20.0" y="61" textLength="8.4"` + end + `a</text>`, `<text class="c31" x="28.4" y="61" textLength="8.4"` + end + `b</text>`, `<text x="36.8" y="61" textLength="8.4"` + end + `c</text>`}},
		"several styles":    {"\x1b[1;4m\x1b[32ma\x1b[m", []string{`<text class="b u c32" x="20.0" y="61" textLength="8.4"` + end + `a</text>`}},
		"until a later end": {"\x1b[1ma\nb\x1b[0m", []string{`<text class="b" x="20.0" y="61" textLength="8.4"` + end + `a</text>`, `<text class="b" x="20.0" y="81" textLength="8.4"` + end + `b</text>`}},
		"Han characters":    {"a 额度，b", []string{`<text x="20.0" y="61" textLength="16.8"` + end + `a </text>`, `<text x="36.8" y="61" textLength="50.4"` + end + `额度，</text>`, `<text x="87.2" y="61" textLength="8.4"` + end + `b</text>`}},
		"a box":             {"│ a", []string{`<text x="20.0" y="61" textLength="25.2"` + end + `│ a</text>`}},
		"XML":               {`<&">`, []string{`<text x="20.0" y="61" textLength="33.6"` + end + `&lt;&amp;&#34;&gt;</text>`}},
		"as wide as it is":  {strings.Repeat("额", 5), []string{`<text x="20.0" y="61" textLength="84.0"` + end + `额额额额额</text>`}},
		"spaces":            {"a\x1b[1m  \x1b[0m", []string{`<text x="20.0" y="61" textLength="8.4"` + end + `a</text>`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			picture, err := terminal.Picture("a <title>", 10, test.text)
			if err != nil {
				t.Fatal(err)
			}

			if got, want := strings.Join(elements(t, picture), "\n"), strings.Join(test.want, "\n"); got != want {
				t.Errorf("the picture has\n%s\nwant\n%s", got, want)
			}

			if !strings.Contains(picture, "<title>a &lt;title&gt;</title>") {
				t.Errorf("the title is not in\n%s", picture)
			}
		})
	}
}

func TestAPictureIsNotMadeOf(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ text, says string }{
		"a long line":       {"a\n" + strings.Repeat("a", 11), "line 2 has more than 10 columns"},
		"a long Han line":   {strings.Repeat("额", 6), "line 1 has more than 10 columns"},
		"an unknown style":  {"\x1b[7ma", `the control sequence "7"`},
		"another sequence":  {"\x1b[2Ja", "control character"},
		"a carriage return": {"a\rb", "control character"},
		"a tab":             {"a\tb", "control character"},
	} {
		if picture, err := terminal.Picture("title", 10, test.text); err == nil || picture != "" || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: the error is %v, want one that says %q", name, err, test.says)
		}
	}
}
