package qcc

import (
	"encoding/json"
	"testing"
)

// TestCounts reads each count from a string, and from a number if it is one in JSON.
func TestCounts(t *testing.T) {
	t.Parallel()

	const none = -1 // The value is no count.

	for number, want := range map[string]int64{
		"5e1":                       50,
		"1.0E7":                     10_000_000,
		"1.25e2":                    125,
		"1.250e2":                   125,
		"50e-1":                     5,
		"0.05e+3":                   50,
		"0e999999999999999999":      0,
		"-0.0e-7":                   0,
		"9.223372036854775807e18":   9223372036854775807,
		"9.223372036854775808e18":   none,
		"1e18":                      1_000_000_000_000_000_000,
		"1e19":                      none,
		"1e20":                      none,
		"1e2097152":                 none,
		"1e2097153":                 none,
		"1e999999999999999999":      none,
		"1e9223372036854775807":     none,
		"0.01e-9223372036854775808": none,
		"0.01e-9223372036854775809": none,
		"10e9223372036854775807":    none,
		"100e9223372036854775808":   none,
		"1e-2097152":                none,
		"1e-2097153":                none,
		"1.25e1":                    none,
		"5e-1":                      none,
		"1e-999999999999999999":     none,
		"-5e1":                      none,
		"5e":                        none,
		"e5":                        none,
		"-":                         none,
		"":                          none,
		"5 ":                        none,
		" 5":                        none,
		"01":                        none,
		"true":                      none,
		"[5]":                       none,
		"Infinity":                  none,
		"1_0.0":                     none,
		"50":                        50,
		"0":                         0,
		"-0":                        0,
		"-1":                        none,
		"+5":                        none,
		"0x10":                      none,
		"{}":                        none,
		"9223372036854775808":       none,
	} {
		for _, raw := range []string{`"` + number + `"`, number} {
			if !json.Valid([]byte(raw)) {
				continue
			}

			var v value

			if err := v.UnmarshalJSON([]byte(raw)); err != nil {
				t.Fatal(err)
			}

			if count, ok := v.count(); ok != (want != none) || ok && count != want {
				t.Errorf("%s is %d, %t, want %d", raw, count, ok, want)
			}
		}
	}
}

// TestValues decodes values, alone and in an object that has the same member before.
func TestValues(t *testing.T) {
	t.Parallel()

	for raw, want := range map[string]value{
		`null`:                 {},
		`""`:                   {kind: kindString},
		`"a"`:                  {kind: kindString, text: "a"},
		`"长"`:                  {kind: kindString, text: "长"},
		`"\\"`:                 {kind: kindString, text: `\`},
		`"\u957f\ud800\n"`:     {kind: kindString, text: "长\ufffd\n"},
		"\"a\xff\"":            {kind: kindString, text: "a\ufffd"},
		`{"a":1}`:              {kind: kindObject},
		`[1]`:                  {kind: kindList},
		`true`:                 {kind: kindOther, text: "true"},
		`0`:                    {kind: kindInteger},
		`7`:                    {kind: kindInteger, integer: 7},
		`-7`:                   {kind: kindInteger, integer: -7},
		`-0`:                   {kind: kindOther, text: "-0"},
		`7.0`:                  {kind: kindOther, text: "7.0"},
		`9223372036854775807`:  {kind: kindInteger, integer: 9223372036854775807},
		`9223372036854775808`:  {kind: kindOther, text: "9223372036854775808"},
		`-9223372036854775808`: {kind: kindInteger, integer: -9223372036854775808},
		`-9223372036854775809`: {kind: kindOther, text: "-9223372036854775809"},
	} {
		var got struct {
			V value `json:"v"`
		}

		if err := json.Unmarshal([]byte(`{"v":`+raw+`}`), &got); err != nil {
			t.Fatal(err)
		}

		want.seen = true
		if got.V != want {
			t.Errorf("%s is %+v, want %+v", raw, got.V, want)
		}

		if err := json.Unmarshal([]byte(`{"v":{"x":[]},"V":`+raw+`}`), &got); err != nil {
			t.Fatal(err)
		}

		want.twice = true
		if got.V != want {
			t.Errorf("%s, the second time, is %+v, want %+v", raw, got.V, want)
		}
	}
}
