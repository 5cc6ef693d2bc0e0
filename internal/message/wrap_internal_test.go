package message

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()

	const half = "汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉" // 36 columns

	for name, test := range map[string]struct {
		paragraph string
		used      int
		want      []string
	}{
		"nothing":                        {"", 0, []string{""}},
		"short":                          {"请稍后重试。", 0, []string{"请稍后重试。"}},
		"exactly one line":               {half + half[3:] + "。", 0, []string{half + half[3:] + "。"}},
		"two clauses":                    {half + "，" + half + "。", 0, []string{half + "，", half + "。"}},
		"a pause at the limit":           {half + "，" + half[6:] + "，汉。", 0, []string{half + "，" + half[6:] + "，", "汉。"}},
		"a second line at the limit":     {half + half[3:] + "，" + half + "，" + half[6:] + "a。", 0, []string{half + half[3:] + "，", half + "，", half[6:] + "a。"}},
		"a quotation":                    {half + "“汉汉。”" + half + "。", 0, []string{half + "“汉汉。”", half + "。"}},
		"a parenthesis in a clause":      {half + "，汉汉汉汉汉（QCC_KEY，QCC_SECRET_KEY）汉汉汉。", 0, []string{half + "，汉汉汉汉汉（QCC_KEY，", "QCC_SECRET_KEY）汉汉汉。"}},
		"a long clause":                  {half + " QCC_KEY " + half + " key 汉。", 0, []string{half + " QCC_KEY", half + " key 汉。"}},
		"a long clause with a command":   {half + half[24:] + " terraform destroy -refresh=false 汉。", 0, []string{half + half[24:], "terraform destroy -refresh=false 汉。"}},
		"a number and its unit":          {half + half[12:] + " 10 分钟汉汉汉。", 0, []string{half + half[12:], "10 分钟汉汉汉。"}},
		"a clause without a space":       {half + half + "汉。", 0, []string{half + half + "汉。"}},
		"spaces beside wide punctuation": {"radar_id（风险监控-企业） 的额度 “汉”", 0, []string{"radar_id（风险监控-企业）的额度“汉”"}},
		"after other text":               {half + "，汉汉。", 30, []string{half + "，", "汉汉。"}},
		"a phrase after other text":      {"汉汉汉 key 汉汉汉汉汉汉汉汉汉，汉汉汉。", 50, []string{"汉汉汉 key", "汉汉汉汉汉汉汉汉汉，汉汉汉。"}},
		"two clauses after other text":   {"汉，" + half + " key 汉。", 30, []string{"汉，", half + " key 汉。"}},
		"no room at all":                 {half, 71, []string{"", half}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := strings.Split(wrap(test.paragraph, test.used), "\n"); !slices.Equal(got, test.want) {
				t.Errorf("the lines are %q, want %q", got, test.want)
			}
		})
	}
}
