package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

func TestRunTellsItsURLAndStops(t *testing.T) {
	t.Parallel()

	const (
		intro   = "The emulator runs until you press Ctrl-C. Set these variables in another shell:\n\nexport QCC_BASE_URL=URL\n"
		account = "export QCC_KEY=" + emulator.DefaultKey + "\nexport QCC_SECRET_KEY=" + emulator.DefaultSecretKey + "\n"
		shell   = "\nOr in PowerShell:\n$env:QCC_BASE_URL = \"URL\"\n"
		windows = "$env:QCC_KEY = \"" + emulator.DefaultKey + "\"\n$env:QCC_SECRET_KEY = \"" + emulator.DefaultSecretKey + "\"\n"
	)

	chinese := strings.NewReplacer(
		"The emulator runs until you press Ctrl-C. Set these variables in another shell:", "模拟服务会一直运行，按 Ctrl-C 停止。请在另一个终端设置这些变量：",
		"Or in PowerShell:", "在 PowerShell 中：",
	)

	for name, test := range map[string]struct {
		language      message.Language
		args          []string
		answer, shows string
	}{
		"as it is":             {message.English, nil, `"status":"115"`, intro + account + shell + windows + "\n"}, // The query below is not signed.
		"in Chinese":           {message.Chinese, nil, `"status":"115"`, chinese.Replace(intro + account + shell + windows + "\n")},
		"with a behavior":      {message.English, []string{"-code", "112"}, `"status":"112"`, intro + account + shell + windows + "\n"},
		"with its own account": {message.English, []string{"-key", "test_key", "-secret-key", "test_secret"}, `"status":"101"`, intro + shell + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ctx, cancel := context.WithCancel(t.Context())
			output, writer := io.Pipe()
			stopped := make(chan error, 1)

			go func() {
				stopped <- run(ctx, test.language, test.args, writer)

				_ = writer.Close()
			}()

			var url, shown string

			scanner := bufio.NewScanner(output)
			for strings.Count(shown, "\n\n") < 3 && scanner.Scan() { // There is one blank line before each shell, and one after the last.
				if found, ok := strings.CutPrefix(scanner.Text(), "export QCC_BASE_URL="); ok {
					url = found
				}

				shown += scanner.Text() + "\n"
			}

			if shown = strings.ReplaceAll(shown, url, "URL"); shown != test.shows {
				t.Errorf("the output is\n%s\nwant\n%s", shown, test.shows)
			}

			go func() { _, _ = io.Copy(io.Discard, output) }()

			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+emulator.Path+"?key="+emulator.DefaultKey, nil)
			if err != nil {
				t.Fatal(err)
			}

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

	for _, args := range []string{"-cod 1", "start", "-delay 1", "-http-status 42", "-drop all", "-next -1", "-count-after -1s", "-behind -1s", "-listen 0.0.0.0:0"} {
		if err := run(t.Context(), message.English, strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s: no error", args)
		}
	}
}

func TestAPortInUse(t *testing.T) {
	t.Parallel()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	address := listener.Addr().String()
	for language, says := range map[message.Language]string{message.English: " is in use: choose another port", message.Chinese: " 已被占用：请换一个端口"} {
		if err := run(t.Context(), language, []string{"-listen", address}, io.Discard); err == nil || !strings.Contains(err.Error(), address+says) {
			t.Errorf("the error is %v, want %s%s", err, address, says)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()

	for language, says := range map[message.Language][]string{
		message.English: {"Ctrl-C", "curl URL/emulator/consume", "curl URL/emulator/orders", "-listen address", "-code code", "answer every query with this status"},
		message.Chinese: {"Ctrl-C", "curl URL/emulator/consume", "curl URL/emulator/orders", "-listen address", "-code code", "对每次查询都返回这个状态码"},
	} {
		var out strings.Builder
		if err := run(t.Context(), language, []string{"-help"}, &out); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("error is %v, want flag.ErrHelp", err)
		}

		for _, said := range says {
			if !strings.Contains(out.String(), said) {
				t.Errorf("the help does not say %q:\n%s", said, out.String())
			}
		}

		english := regexp.MustCompile(`(?m)^    \t[A-Za-z ,;"0-9]+$`) // The help of a flag without a Chinese character.
		if line := english.FindString(out.String()); language == message.Chinese && line != "" {
			t.Errorf("the Chinese help has the line %q", line)
		}
	}
}
