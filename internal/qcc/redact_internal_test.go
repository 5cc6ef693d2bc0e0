package qcc

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

const (
	testKey    = "0123456789abcdef0123456789abcdef"
	testSecret = "FEDCBA9876543210FEDCBA9876543210"
	testToken  = "CA1B3769BADBE679C3CB495C65CF228B"
)

func TestWords(t *testing.T) {
	t.Parallel()

	const (
		oddSecret = `pass+"wört"/<1>`
		short     = "kurz"
	)

	for name, test := range map[string]struct{ raw, want string }{
		"nothing":                      {"", ""},
		"plain words":                  {"【无效请求】当前 KEY 已欠费", "【无效请求】当前 KEY 已欠费"},
		"key":                          {"key " + testKey + "!", "key (redacted)!"},
		"key in capitals":              {strings.ToUpper(testKey), "(redacted)"},
		"everything that is signed":    {testKey + "1700000000" + testSecret, "(redacted)"},
		"eight characters of a secret": {"x" + oddSecret[3:12] + "x", "x(redacted)x"},
		"seven characters of a secret": {"x" + oddSecret[4:11] + "x", "x" + oddSecret[4:11] + "x"},
		"secret in a URL":              {"?k=" + url.QueryEscape(oddSecret) + "&x", "?k=(redacted)&x"},
		"secret in a path":             {"/" + url.PathEscape(oddSecret) + "/", "/(redacted)/"},
		"secret in JSON":               {`{"k":"pass+\"wört\"/\u003c1\u003e"}`, `{"k":"(redacted)"}`},
		"secret in HTML":               {"<b>pass+&#34;wört&#34;/&lt;1&gt;</b>", "<b>(redacted)</b>"},
		"secret in PHP's JSON":         {`pass+\"wört\"\/\u003c1\u003e`, "(redacted)"},
		"secret with invisible marks":  {strings.Join(strings.Split(oddSecret, ""), "\u200b"), "(redacted)"},
		"short secret":                 {"a " + short + " " + strings.ToUpper(short) + " kur", "a (redacted) (redacted) kur"},
		"half a key, twice":            {testKey[:12] + " " + testKey[4:16], "(redacted) (redacted)"},
		"Token of this request":        {testToken, "(redacted)"},
		"part of it":                   {"token " + strings.ToLower(testToken[5:20]) + ".", "token (redacted)."},
		"another Token":                {"11111111111111112222222222222222", "(redacted)"},
		"another Token, and more":      {"111111111111111122222222222222223333333333333333", "(redacted)"},
		"one digit less than a Token":  {"1111111111111111222222222222222", "1111111111111111222222222222222"},
		"letters that fold":            {"\u017fecret \u212aurz", "\u017fecret (redacted)"}, // Long s, and the sign of the Kelvin.
		"hidden pair of #":             {"x #\u200b#[error]boom", "x # [error]boom"},
		"secret with pairs of #":       {"<ab##cd##ef##gh##>", "<(redacted)>"},
		"cut among invisible digits":   {strings.Repeat("长", 268+len(oddSecret)) + "\u200b" + strings.Repeat("1", 31) + "\u200b" + strings.Repeat("1", 31), strings.Repeat("长", 268+len(oddSecret))},
		"secret with fillers":          {strings.Join(strings.Split(testSecret, ""), "\u3164") + strings.Join(strings.Split(testKey, ""), "\ufe0f"), "(redacted)"},
		"secret with blanks, accents":  {strings.Join(strings.Split(testSecret, ""), "\u2800") + strings.Join(strings.Split(testKey, ""), "\u0301"), "(redacted)"},
		"control characters":           {"\x1b[31mred\u202e\x00 \x7fdone", "[31mred done"},
		"lines":                        {"\n one\r\n\ttwo\u2028three ", "one   two three"},
		"commands of a pipeline":       {"##[error]x ##vso[task] ###", "# [error]x # vso[task] # #"},
		"numbers of a list":            {"#1 # 2 #", "#1 # 2 #"},
		"no UTF-8":                     {"a\xffb", "a\ufffdb"},
		"300 characters":               {strings.Repeat("长", 300), strings.Repeat("长", 300)},
		"301 characters":               {strings.Repeat("长", 301), strings.Repeat("长", 300) + "…"},
	} {
		r := newRedactor(testKey, testSecret, oddSecret, short, "ab##cd##ef##gh##").with([]string{foldCase(testToken)})
		if got := r.safe(test.raw).String(); got != test.want {
			t.Errorf("%s: %q is shown as %q, want %q", name, test.raw, got, test.want)
		}

		if hides := r.hides(test.raw); hides != strings.Contains(test.want, hidden) && !strings.HasPrefix(name, "secret with") {
			t.Errorf("%q holds a secret: %t", test.raw, hides)
		}
	}
}

// TestTextsThatDifferInCaseFoldToOne tests all characters of Unicode.
func TestTextsThatDifferInCaseFoldToOne(t *testing.T) {
	t.Parallel()

	for char := range unicode.MaxRune {
		for other := unicode.SimpleFold(char); other != char; other = unicode.SimpleFold(other) {
			if foldCase(string(char)) != foldCase(string(other)) {
				t.Errorf("%U and %U differ", char, other)
			}
		}
	}
}

// TestAShortenedTextShowsNoPartOfASecret moves secrets across both places where a text is shortened.
func TestAShortenedTextShowsNoPartOfASecret(t *testing.T) {
	t.Parallel()

	r := newRedactor(testKey, testSecret)

	for before := range 700 {
		for _, secret := range []string{testKey, testSecret, "11111111111111112222222222222222"} {
			for _, filler := range []string{"长", testKey + " "} {
				raw := strings.Repeat(filler, before)
				raw = string([]rune(raw)[:before]) + secret + strings.Repeat("长", 400)

				shown := r.safe(raw).String()
				for from := range len(secret) - ShortestSecret + 1 {
					if strings.Contains(shown, secret[from:from+ShortestSecret]) {
						t.Fatalf("after %d characters, %q is shown", before, secret[from:from+ShortestSecret])
					}
				}
			}
		}
	}
}

// TestCut tests texts around the length at which cut shortens them. A longer text costs no more, because cut ignores its rest.
func TestCut(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ raw, want string }{
		"nothing":                    {"", ""},
		"just short enough":          {strings.Repeat("长", 332), strings.Repeat("长", 332)},
		"one too many":               {strings.Repeat("长", 333), strings.Repeat("长", 332)},
		"far too many":               {strings.Repeat("长", 1<<16), strings.Repeat("长", 332)},
		"digits at the cut":          {strings.Repeat("长", 310) + strings.Repeat("aF9", 50), strings.Repeat("长", 310)},
		"digits just short enough":   {strings.Repeat("长", 300) + testToken, strings.Repeat("长", 300) + testToken},
		"digits, and then no digits": {strings.Repeat("长", 300) + testToken[:31] + "长长", strings.Repeat("长", 300) + testToken[:31] + "长"},
		"no UTF-8":                   {strings.Repeat("\xff", 333), strings.Repeat("\xff", 332)},
	} {
		if got := cut(test.raw); got != test.want {
			t.Errorf("%s: %q becomes %q, want %q", name, test.raw, got, test.want)
		}
	}
}

// partOfASecret returns a part of a secret that a text shows: eight characters, a whole shorter secret, or what looks like a Token. It
// returns an empty string if the text shows none of these.
func partOfASecret(text string, secrets ...string) string {
	folded := foldCase(text)

	for _, secret := range secrets {
		characters := []rune(foldCase(secret))
		width := min(len(characters), 8)

		for from := 0; width > 0 && from+width <= len(characters); from++ {
			if part := string(characters[from : from+width]); strings.Contains(folded, part) {
				return part
			}
		}
	}

	return regexp.MustCompile("[0-9a-fA-F]{32}").FindString(text)
}

// withoutMarks removes the marks for secrets from a text. The last mark may have been shortened.
func withoutMarks(shown string) string {
	rest := strings.ReplaceAll(shown, hidden, "\n")

	for end := len(hidden) - 1; end > 0; end-- {
		if before, cut := strings.CutSuffix(rest, hidden[:end]+"…"); cut {
			return before
		}
	}

	return rest
}

// FuzzWords checks that words show no part of a secret, and no command for a terminal.
func FuzzWords(f *testing.F) {
	f.Add(testKey, testSecret, "%s?key="+testKey+"1700000000"+testSecret)
	f.Add("ü\"\\<k>", "k", "k\u0301 \xff ##[x] ::y")
	f.Add("钥匙钥匙钥匙钥匙钥", "\u212akkkkkkkk", "KKKKKKKKK 钥匙钥匙钥匙钥匙")
	f.Add("ab##cd##ef##gh##", "k", "#\u200b#[x] %s")
	f.Add("e", "F", strings.Repeat("长", 295)+"e") // The mark of this secret is shortened.
	f.Add("%41%41%41%41", "<<<<<<<<<<", `\u003c\u003c\u003c %2541`)

	f.Fuzz(func(t *testing.T, key, secretKey, raw string) {
		if credentialError(FieldKey, key).Problem != "" || credentialError(FieldSecretKey, secretKey).Problem != "" {
			t.Skip("these are refused")
		}

		r := newRedactor(key, secretKey).with([]string{foldCase(testToken)})

		for _, said := range []string{raw, strings.ReplaceAll(raw, "%s", key+secretKey), raw + url.QueryEscape(secretKey), key + raw} {
			shown := r.safe(said).String()

			if !utf8.ValidString(shown) || strings.ContainsFunc(shown, func(char rune) bool { return !unicode.IsPrint(char) }) || strings.Contains(shown, "##") {
				t.Errorf("%q is shown as %q", said, shown)
			}

			// The ellipsis is added to the limit.
			if utf8.RuneCountInString(shown) > maxSafeText+1 {
				t.Errorf("%d characters are shown", utf8.RuneCountInString(shown))
			}

			rest := withoutMarks(shown)
			if part := partOfASecret(rest, key, secretKey, testToken); part != "" {
				t.Errorf("%q is shown as %q, with %q", said, shown, part)
			}

			if r.hides(rest) && !r.hides(said) {
				t.Errorf("%q holds no secret, and is shown as %q, which does", said, shown)
			}
		}

		if harmless := (*redactor)(nil).safe(raw).String(); strings.ContainsFunc(harmless, func(char rune) bool { return !unicode.IsPrint(char) }) ||
			strings.Contains(harmless, "##") || utf8.RuneCountInString(harmless) > maxSafeText+1 {
			t.Errorf("%q is shown as %q", raw, harmless)
		}

		if text, err := json.Marshal(r.safe(raw).String()); err != nil {
			t.Errorf("%s cannot be written as JSON: %v", text, err)
		}
	})
}
