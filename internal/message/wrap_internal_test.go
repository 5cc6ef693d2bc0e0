package message

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		paragraph string
		used      int
		want      []string
	}{
		"short":               {"请稍后重试。", 0, []string{"请稍后重试。"}},
		"exactly one line":    {strings.Repeat("汉", 35) + "。", 0, []string{strings.Repeat("汉", 35) + "。"}},
		"a full stop too far": {strings.Repeat("汉", 36) + "。", 0, []string{strings.Repeat("汉", 33), "汉汉汉。"}},
		"a space at the end":  {strings.Repeat("汉", 35) + " abcdefghij", 0, []string{strings.Repeat("汉", 35), "abcdefghij"}},
		"an identifier":       {strings.Repeat("汉", 31) + " QCC_SECRET_KEY 汉", 0, []string{strings.Repeat("汉", 31), "QCC_SECRET_KEY 汉"}},
		"an opening parenthesis": {
			strings.Repeat("汉", 35) + "（QCC_KEY）汉", 0, []string{strings.Repeat("汉", 35), "（QCC_KEY）汉"},
		},
		"a command":             {strings.Repeat("汉", 26) + " terraform destroy -refresh=false。", 0, []string{strings.Repeat("汉", 26), "terraform destroy -refresh=false。"}},
		"a number and its unit": {strings.Repeat("汉", 34) + " 10 分钟就可以了", 0, []string{strings.Repeat("汉", 34), "10 分钟就可以了"}},
		"a term":                {strings.Repeat("汉", 34) + "流水线就可以", 0, []string{strings.Repeat("汉", 34), "流水线就可以"}},
		"words longer than a line": {
			strings.Repeat("abcdefghi ", 8) + "汉", 0, []string{strings.TrimSpace(strings.Repeat("abcdefghi ", 7)), "abcdefghi 汉"},
		},
		"a word longer than a line":              {strings.Repeat("a", 80) + "汉汉汉汉", 0, []string{strings.Repeat("a", 80), "汉汉汉汉"}},
		"a space after a full-width parenthesis": {"radar_id（风险监控-企业） 的额度", 0, []string{"radar_id（风险监控-企业）的额度"}},
		"after other text":                       {strings.Repeat("汉", 20), 40, []string{strings.Repeat("汉", 16), "汉汉汉汉"}},
		"a space after other text":               {strings.Repeat("汉", 16) + "不能小于 0。", 40, []string{strings.Repeat("汉", 16), "不能小于 0。"}},
		"no room at all":                         {strings.Repeat("汉", 10), 71, []string{"", strings.Repeat("汉", 10)}},
		"full-width colon":                       {strings.Repeat("汉", 36) + "：汉汉汉", 0, []string{strings.Repeat("汉", 35), "汉：汉汉汉"}},
		"two closing marks":                      {strings.Repeat("汉", 33) + "汉汉汉”。汉汉汉", 0, []string{strings.Repeat("汉", 35), "汉”。汉汉汉"}},
		"a comma at the limit":                   {strings.Repeat("汉", 36) + "，汉汉汉汉", 0, []string{strings.Repeat("汉", 35), "汉，汉汉汉汉"}},
		"nothing":                                {"", 0, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := strings.Split(wrap(test.paragraph, test.used), "\n"); !slices.Equal(got, test.want) {
				t.Errorf("the lines are %q, want %q", got, test.want)
			}
		})
	}
}
