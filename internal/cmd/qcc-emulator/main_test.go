package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestRunTellsItsURLAndStops(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		args           []string
		answer         string
		showsTheSecret bool
	}{
		"as it is":             {nil, `"status":"115"`, true}, // The query below is not signed.
		"with a behavior":      {[]string{"-code", "112"}, `"status":"112"`, true},
		"with its own account": {[]string{"-key", "test_key", "-secret-key", "test_secret"}, `"status":"101"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ctx, cancel := context.WithCancel(t.Context())
			output, writer := io.Pipe()
			stopped := make(chan error, 1)

			go func() {
				stopped <- run(ctx, test.args, writer)

				_ = writer.Close()
			}()

			var (
				url   string
				lines []string
			)

			scanner := bufio.NewScanner(output)
			for blank := 0; blank < 3 && scanner.Scan(); { // There is one blank line before each shell, and one after the last.
				lines = append(lines, scanner.Text())

				if found, ok := strings.CutPrefix(scanner.Text(), "export QCC_BASE_URL="); ok {
					url = found
				}

				if scanner.Text() == "" {
					blank++
				}
			}

			shown := strings.Join(lines, "\n")
			if got := strings.Contains(shown, "SECRET"); got != test.showsTheSecret || strings.Contains(shown, "test_secret") {
				t.Errorf("the secret is shown: %t, want %t:\n%s", got, test.showsTheSecret, shown)
			}

			for variable, value := range map[string]string{
				"QCC_BASE_URL": url, "QCC_KEY": emulator.DefaultKey, "QCC_SECRET_KEY": emulator.DefaultSecretKey,
			} {
				want := test.showsTheSecret || variable == "QCC_BASE_URL"
				for _, command := range []string{"export " + variable + "=" + value + "\n", "$env:" + variable + ` = "` + value + "\"\n"} {
					if got := strings.Contains(shown+"\n", command); got != want {
						t.Errorf("the output has %q: %t, want %t:\n%s", command, got, want, shown)
					}
				}
			}

			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+emulator.Path+"?key="+emulator.DefaultKey, nil)
			if err != nil {
				t.Fatal(err)
			}

			go func() { _, _ = io.Copy(io.Discard, output) }()

			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()

			if content, err := io.ReadAll(response.Body); err != nil || !strings.Contains(string(content), test.answer) {
				t.Errorf("the answer is %s, %v, want %s", content, err, test.answer)
			}

			cancel()

			if err := <-stopped; err != nil {
				t.Errorf("it stopped with %v", err)
			}
		})
	}
}

func TestWrongFlags(t *testing.T) {
	t.Parallel()

	for name, args := range map[string][]string{
		"unknown":     {"-cod", "1"},
		"no flag":     {"start"},
		"no duration": {"-delay", "1"},
		"no status":   {"-http-status", "42"},
		"no drop":     {"-drop", "all"},
		"negative":    {"-next", "-1"},
		"not here":    {"-listen", "0.0.0.0:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if err := run(t.Context(), args, io.Discard); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()

	var out strings.Builder
	if err := run(t.Context(), []string{"-help"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error is %v, want flag.ErrHelp", err)
	}

	for _, said := range []string{"Ctrl-C", "curl URL/emulator/consume", "-listen address", "-code code"} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("the help does not say %q:\n%s", said, out.String())
		}
	}
}
