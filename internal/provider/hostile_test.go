package provider_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestLiteralCredentialsAreNotPrinted writes credentials into the provider block, in every form in which Terraform could print their line
// beside an error.
func TestLiteralCredentialsAreNotPrinted(t *testing.T) {
	t.Parallel()

	const (
		key    = emulator.DefaultKey
		secret = emulator.DefaultSecretKey

		spaces  = "The value of secret_key in the provider block cannot be used. It begins or ends with white space"
		missing = "The provider requires secret_key to read the quota"
		noTime  = "The value of timeout in the provider block cannot be used. It is not a duration with a unit"
	)

	block := func(lines string) map[string]string {
		return map[string]string{"provider.tf": "provider \"qcc\" {\n" + lines + "\n}\n"}
	}
	oneLine := func(line string) map[string]string {
		return map[string]string{"provider.tf": `provider "qcc" { ` + line + ` }`}
	}
	inJSON := func(text string) map[string]string {
		return map[string]string{"provider.tf.json": `{"provider": {` + text + "\n}}"}
	}

	start := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": rootModule})
	kinds := []string{"white space", "one line, merged with another", "JSON, a secret before the brace"}

	for name, test := range map[string]struct {
		// files are the provider block.
		files map[string]string
		env   []string
		says  string
	}{
		"white space":         {block("key = \"" + key + "\"\nsecret_key = \"" + secret + " \""), nil, spaces},
		"the same":            {block("key = \"" + key + "\"\nsecret_key = \"" + key + "\""), nil, "The value of secret_key in the provider block cannot be used. It is the same as key."},
		"invisible character": {block("secret_key = \"" + secret + "\\u200b\""), nil, "The value of secret_key in the provider block cannot be used. Its character 33 is invisible"},
		"password in base_url": {
			block("base_url = \"https://user:" + secret + "@pro.qcc.com\""), nil, "The value of base_url in the provider block cannot be used. It contains a user name or a password.",
		},
		"secret as timeout":                  {block("timeout = \"" + secret + "\""), nil, noTime},
		"one line":                           {oneLine(`secret_key = "` + secret + ` "`), nil, spaces},
		"one line, another value is missing": {oneLine(`key = "` + key + `"`), []string{"QCC_SECRET_KEY="}, missing},
		"one line, merged with another": {
			map[string]string{"provider.tf": `provider "qcc" { key = "` + key + `" }`, "override.tf": `provider "qcc" { timeout = "90" }`}, nil, noTime,
		},
		"one line, an expression that is null": {
			oneLine(`secret_key = terraform.workspace == "prod" ? "` + secret + `" : null`), []string{"QCC_SECRET_KEY="}, missing,
		},
		"one line, an expression that is harmless": {oneLine(`timeout = terraform.workspace == "prod" ? "` + secret + `" : "9"`), nil, noTime},
		"one line, a number of a secret":           {oneLine(`max_retries = length("` + secret + `")`), nil, "It is not a whole number between 0 and 10."},
		"JSON, all on one line":                    {inJSON("\n" + `"qcc": {"key": "` + key + `", "secret_key": "` + secret + ` "}`), nil, spaces},
		"JSON, a secret before the brace":          {inJSON(`"qcc": {"key": "` + key + `",` + "\n" + `"secret_key": "` + secret + ` "}`), nil, spaces},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, !slices.Contains(kinds, name), "another row has this form of the block")

			f := start.Copy(t, testkit.Silent(t))
			f.Set("TF_LOG=TRACE")
			f.Set(test.env...)

			for file, content := range test.files {
				f.Write(file, content)
			}

			outputs := map[string]string{}

			for _, command := range [][]string{{"validate"}, {"validate", "-json"}, {"plan"}, {"plan", "-json"}, {"apply", "-auto-approve"}} {
				code, output := f.Run(command...)
				outputs[strings.Join(command, " ")] = output

				if validates := command[0] == "validate"; (code == 0) != validates {
					t.Errorf("%s: exit code %d\n%s", command, code, output)
				}
			}

			if !testkit.Says(test.says).MatchString(outputs["plan"]) {
				t.Errorf("the plan does not say %q:\n%s", test.says, outputs["plan"])
			}

			inChinese(t, f, 1, outputs)

			if found := leaks([]string{key, secret}, outputs); len(found) > 0 {
				t.Errorf("there are secrets in %q", found)
			}
		})
	}
}

// TestWordsOfTheServiceNeverBeginALine has a service whose message contains commands that CI systems run, at the beginning of a line or
// anywhere.
func TestWordsOfTheServiceNeverBeginALine(t *testing.T) {
	t.Parallel()

	// The message is so long that Terraform would wrap it.
	const command = `::stop-commands::x ##[error]x ##vso[task.complete]x ::add-mask::and-on-it-goes-with-many-more-words ::stop-commands::y`

	obeyed := regexp.MustCompile(`(?m)^[ │╷╵]*(?:::|##\[)|##vso\[`)

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		says     string
	}{
		"message":       {emulator.Behavior{Code: 101, Message: command}, "QCC's message: ::stop-commands::x # [error]x # vso[task.complete]x"},
		"content type":  {emulator.Behavior{HTTPStatus: http.StatusNotFound, ContentType: command}, "Content type: ::stop-commands::x"},
		"status":        {emulator.Behavior{Body: `{"status":"` + command + `"}`}, "The answer has a status that is not a status code: ::stop-commands::x"},
		"module id":     {emulator.Behavior{Body: `{"status":"200","result":[{"id":"aaaaaaaaa ::stop-commands::x","totalCount":1}]}`}, `The answer has a module id that is not allowed: aaaaaaaaa ::stop`},
		"command as id": {emulator.Behavior{Body: `{"status":"200","result":[{"id":"x##vso[x]","totalCount":1}]}`}, `that is not allowed: x# vso[x]`},
		"odd id":        {emulator.Behavior{Body: `{"status":"200","result":[{"id":"` + command + `"}]}`}, "that is not allowed: ::stop-commands::x"},
		"count":         {emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":"` + command + `"}]}`}, `totalCount: ::stop-commands::x`},
		"redirect":      {emulator.Behavior{Redirect: "//##vso[x]::stop/"}, "HTTP 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, !slices.Contains([]string{"message", "redirect"}, name), "one row has words, and one has a redirect")

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, emulator.New(emulator.WithBehavior(test.behavior))), map[string]string{
				"main.tf": rootModule, "provider.tf": "provider \"qcc\" {\n  max_retries = 0\n}\n",
			})

			_, output := f.Run("plan")
			if !testkit.Says(test.says).MatchString(output) {
				t.Errorf("the plan does not say %q", test.says)
			}

			if lines := obeyed.FindAllString(output, -1); len(lines) > 0 {
				t.Errorf("a pipeline obeys %q in\n%s", lines, output)
			}

			outputs := map[string]string{}
			inChinese(t, f, 1, outputs)

			if lines := obeyed.FindAllString(outputs["plan in Chinese"], -1); len(lines) > 0 {
				t.Errorf("a pipeline obeys %q in\n%s", lines, outputs["plan in Chinese"])
			}
		})
	}
}

// TestWhatComesUnaskedIsNotLogged has a server that sends secrets before a request, and after an answer. net/http logs data that it
// receives without a request.
func TestWhatComesUnaskedIsNotLogged(t *testing.T) {
	t.Parallel()

	for _, when := range []string{"before the request", "behind the answer"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, when == "before the request", "the other row also has data without a request")

			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}

			var (
				mu          sync.Mutex
				known       = emulator.DefaultKey
				secrets     = []string{emulator.DefaultKey, emulator.DefaultSecretKey}
				connections sync.WaitGroup
			)

			serve := func(connection net.Conn) {
				defer connection.Close()

				mu.Lock()
				unasked := "GET /?key=" + known + "\r\n"
				mu.Unlock()

				if when == "before the request" {
					_, _ = io.WriteString(connection, unasked)
				}

				request, err := http.ReadRequest(bufio.NewReader(connection))
				if err != nil {
					return
				}

				mu.Lock()
				known += " Token: " + request.Header.Get("Token")
				secrets = append(secrets, request.Header.Get("Token"))
				mu.Unlock()

				const busy = `{"status":"199"}`

				_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(busy), busy, unasked)
				_, _ = io.Copy(io.Discard, connection)
			}

			connections.Go(func() {
				for {
					connection, err := listener.Accept()
					if err != nil {
						return
					}

					connections.Go(func() { serve(connection) })
				}
			})
			t.Cleanup(func() {
				listener.Close()
				connections.Wait()
			})

			f := testkit.NewFolder(t, "http://"+listener.Addr().String(), map[string]string{"main.tf": rootModule})
			f.Set("TF_LOG=TRACE")

			_, output := f.Run("plan")
			if strings.Count(output, "QCC quota query") != 4 {
				t.Errorf("the log does not have four attempts:\n%s", output)
			}

			mu.Lock()
			defer mu.Unlock()

			if found := leaks(secrets, map[string]string{"log": output}); len(found) > 0 || strings.Contains(output, "Unsolicited") {
				t.Error("the log has what the server sent unasked")
			}
		})
	}
}
