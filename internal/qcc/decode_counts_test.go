package qcc

import (
	"encoding/json"
	"testing"
)

// TestCounts reads each count from a string, and from a number if it is one in JSON.
func TestCounts(t *testing.T) {
	t.Parallel()

	for number, want := range map[string]struct {
		count   int64
		problem Problem
	}{
		"5e1":                       {50, ""},
		"1.0E7":                     {10_000_000, ""},
		"1.25e2":                    {125, ""},
		"1.250e2":                   {125, ""},
		"50e-1":                     {5, ""},
		"0.05e+3":                   {50, ""},
		"0e999999999999999999":      {0, ""},
		"-0.0e-7":                   {0, ""},
		"9.223372036854775807e18":   {9223372036854775807, ""},
		"9.223372036854775808e18":   {0, ProblemTooLarge},
		"1e18":                      {1_000_000_000_000_000_000, ""},
		"1e19":                      {0, ProblemTooLarge},
		"1e20":                      {0, ProblemTooLarge},
		"1e2097152":                 {0, ProblemTooLarge},
		"1e2097153":                 {0, ProblemTooLarge},
		"1e999999999999999999":      {0, ProblemTooLarge},
		"1e9223372036854775807":     {0, ProblemTooLarge},
		"0.01e-9223372036854775808": {0, ProblemNotWhole},
		"0.01e-9223372036854775809": {0, ProblemNotWhole},
		"10e9223372036854775807":    {0, ProblemTooLarge},
		"100e9223372036854775808":   {0, ProblemTooLarge},
		"1e-2097152":                {0, ProblemNotWhole},
		"1e-2097153":                {0, ProblemNotWhole},
		"1.25e1":                    {0, ProblemNotWhole},
		"5e-1":                      {0, ProblemNotWhole},
		"-5e-1":                     {0, ProblemNotWhole},
		"1e-999999999999999999":     {0, ProblemNotWhole},
		"-5e1":                      {0, ProblemNegative},
		"-1e99":                     {0, ProblemNegative},
		"5e":                        {0, ProblemNotWhole},
		"e5":                        {0, ProblemNotWhole},
		"-":                         {0, ProblemNotWhole},
		"":                          {0, ProblemNotWhole},
		"5 ":                        {0, ProblemNotWhole},
		" 5":                        {0, ProblemNotWhole},
		"01":                        {0, ProblemNotWhole},
		"true":                      {0, ProblemNotWhole},
		"[5]":                       {0, ProblemNotWhole},
		"Infinity":                  {0, ProblemNotWhole},
		"1_0.0":                     {0, ProblemNotWhole},
		"50":                        {50, ""},
		"0":                         {0, ""},
		"-0":                        {0, ""},
		"-1":                        {0, ProblemNegative},
		"+5":                        {0, ProblemNotWhole},
		"0x10":                      {0, ProblemNotWhole},
		"{}":                        {0, ProblemNotWhole},
		"-9223372036854775809":      {0, ProblemNegative},
		"9223372036854775808":       {0, ProblemTooLarge},
	} {
		for _, raw := range []string{`"` + number + `"`, number} {
			if !json.Valid([]byte(raw)) {
				continue
			}

			var v value

			if err := v.UnmarshalJSON([]byte(raw)); err != nil {
				t.Fatal(err)
			}

			if count, problem := v.count(); count != want.count || problem != want.problem {
				t.Errorf("%s is %d, %q, want %d, %q", raw, count, problem, want.count, want.problem)
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
