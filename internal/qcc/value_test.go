package qcc

import "testing"

func TestParseCount(t *testing.T) {
	t.Parallel()

	for number, want := range map[string]struct {
		count   int64
		problem Problem
	}{
		"5e1":                     {50, ""},
		"1.0E7":                   {10_000_000, ""},
		"1.25e2":                  {125, ""},
		"1.250e2":                 {125, ""},
		"50e-1":                   {5, ""},
		"0.05e+3":                 {50, ""},
		"0e999999999999999999":    {0, ""},
		"-0.0e-7":                 {0, ""},
		"9.223372036854775807e18": {9223372036854775807, ""},
		"9.223372036854775808e18": {0, ProblemTooLarge},
		"1e18":                    {1_000_000_000_000_000_000, ""},
		"1e19":                    {0, ProblemTooLarge},
		"1e20":                    {0, ProblemTooLarge},
		"1e2097152":               {0, ProblemTooLarge},
		"1e2097153":               {0, ProblemTooLarge},
		"1e999999999999999999":    {0, ProblemTooLarge},
		"1e9223372036854775807":   {0, ProblemTooLarge},
		"1.25e1":                  {0, ProblemNotWhole},
		"5e-1":                    {0, ProblemNotWhole},
		"-5e-1":                   {0, ProblemNotWhole},
		"1e-999999999999999999":   {0, ProblemNotWhole},
		"-5e1":                    {0, ProblemNegative},
		"-1e99":                   {0, ProblemNegative},
		"5e":                      {0, ProblemNotWhole},
		"e5":                      {0, ProblemNotWhole},
		"-":                       {0, ProblemNotWhole},
		"":                        {0, ProblemNotWhole},
		"5 ":                      {0, ProblemNotWhole},
		" 5":                      {0, ProblemNotWhole},
		"01":                      {0, ProblemNotWhole},
		"true":                    {0, ProblemNotWhole},
		"[5]":                     {0, ProblemNotWhole},
		"Infinity":                {0, ProblemNotWhole},
		"1_0.0":                   {0, ProblemNotWhole},
	} {
		t.Run(number, func(t *testing.T) {
			t.Parallel()

			if count, problem := parseCount(number); count != want.count || problem != want.problem {
				t.Errorf("%s is %d, %q, want %d, %q", number, count, problem, want.count, want.problem)
			}
		})
	}
}
