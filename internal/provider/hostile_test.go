package provider_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestLiteralCredentialsAreNotPrinted has credentials in the provider block, on the line that is wrong or beside it. Terraform prints source
// lines beside errors.
func TestLiteralCredentialsAreNotPrinted(t *testing.T) {
	t.Parallel()

	const (
		key    = emulator.DefaultKey
		secret = emulator.DefaultSecretKey
	)

	for name, test := range map[string]struct {
		block string
		env   []string
		says  string
		// late is true if the error is left to the read, because the block may be on one line with a credential.
		late bool
	}{
		"white space":            {"key = \" " + key + "\"\nsecret_key = \"" + secret + "\"", nil, "The value of key cannot be used. It begins or ends with white space", false},
		"the same":               {"key = \"" + key + "\"\nsecret_key = \"" + key + "\"", nil, "The value of secret_key cannot be used. It is the same as key.", false},
		"no UTF-8":               {"key = \"" + key + "\"\nsecret_key = \"" + secret + "\\u200b\"", nil, "The value of secret_key cannot be used. Its character 33 is invisible", false},
		"password in base_url":   {"max_retries = 0\nbase_url = \"https://user:" + secret + "@pro.qcc.com\"", nil, "The value of base_url cannot be used. It holds a user name or a password.", false},
		"key in base_url":        {"key = \"" + key + "\"\nbase_url = \"https://pro.qcc.com/?key=" + key + "\"", nil, "The value of base_url cannot be used. It has a query or a fragment.", false},
		"secret as timeout":      {"max_retries = 0\ntimeout = \"" + secret + "\"", nil, "The value of timeout cannot be used. It is not a duration with a unit", false},
		"one line, white space":  {`key = " ` + key + `"`, nil, "The value of key cannot be used. It begins or ends with white space", true},
		"one line, no secret":    {`key = "` + key + `"`, []string{"QCC_SECRET_KEY="}, "The provider needs secret_key to ask QCC for the quota", true},
		"one line, no key":       {`secret_key = "` + secret + `"`, []string{"QCC_KEY="}, "The provider needs key to ask QCC for the quota", true},
		"one line, password":     {`base_url = "https://user:` + secret + `@pro.qcc.com"`, nil, "The value of base_url cannot be used. It holds a user name or a password.", true},
		"one line, timeout":      {`timeout = "` + secret + `"`, nil, "The value of timeout cannot be used. It is not a duration with a unit", true},
		"one line, bad QCC_KEY":  {`secret_key = "` + secret + `"`, []string{"QCC_KEY=" + key + " "}, "The value of key, which comes from the environment variable QCC_KEY, cannot be used.", true},
		"one line, short secret": {`key = "k3y"`, []string{"QCC_SECRET_KEY="}, "The provider needs secret_key to ask QCC for the quota", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			block := "provider \"qcc\" {\n" + test.block + "\n}\n"
			if test.late {
				block = "provider \"qcc\" { " + test.block + " }\n"
			}

			f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": rootModule, "provider.tf": block})
			f.Set("TF_LOG=TRACE")
			f.Set(test.env...)

			outputs := map[string]string{}

			for _, command := range [][]string{{"validate"}, {"validate", "-json"}, {"plan"}, {"plan", "-json"}, {"apply", "-auto-approve"}} {
				code, output := f.Run(command...)
				outputs[strings.Join(command, " ")] = output

				if passes := test.late && command[0] == "validate"; (code == 0) != passes {
					t.Errorf("%s: exit code %d\n%s", command, code, output)
				}
			}

			if !testkit.Says(test.says).MatchString(outputs["plan"]) {
				t.Errorf("the plan does not say %q:\n%s", test.says, outputs["plan"])
			}

			if found := leaks([]string{key, secret, "k3y"}, outputs); len(found) > 0 {
				t.Errorf("there are secrets in %q", found)
			}
		})
	}
}

// TestOtherFaultsOfABlockOnOneLineAreFoundByValidate has blocks with one argument that cannot be a credential.
func TestOtherFaultsOfABlockOnOneLineAreFoundByValidate(t *testing.T) {
	t.Parallel()

	f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": rootModule})

	for argument, says := range map[string]string{
		`timeout = "90"`: "not a duration with a unit", `max_retries = 11`: "not a whole number between 0 and 10", `secret_key = ""`: "It is empty.",
	} {
		f.Write("provider.tf", `provider "qcc" { `+argument+" }\n")
		f.Fails(says, "validate")
	}
}

// TestWordsOfTheServiceNeverBeginALine has a service that says what pipelines obey at the beginning of a line, or anywhere in it.
func TestWordsOfTheServiceNeverBeginALine(t *testing.T) {
	t.Parallel()

	// Long enough that Terraform would wrap it.
	const command = `::stop-commands::x ##[error]x ##vso[task.complete]x ::add-mask::and-on-it-goes-with-many-more-words ::stop-commands::y`

	obeyed := regexp.MustCompile(`(?m)^[ │╷╵]*(?:::|##\[)|##vso\[`)

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		says     string
	}{
		"message":      {emulator.Behavior{Code: 101, Message: command}, "QCC's message: ::stop-commands::x # [error]x # vso[task.complete]x"},
		"content type": {emulator.Behavior{HTTPStatus: http.StatusNotFound, ContentType: command}, "Content type: ::stop-commands::x"},
		"status":       {emulator.Behavior{Body: `{"status":"` + command + `"}`}, "The answer has a status that is not a status code: ::stop-commands::x"},
		"module id":    {emulator.Behavior{Body: `{"status":"200","result":[{"id":"::stop-commands::x ##[error]x ##vso[x]","totalCount":-1}]}`}, `module "::stop-commands::x`},
		"odd id":       {emulator.Behavior{Body: `{"status":"200","result":[{"id":"` + command + `"}]}`}, "of at most 64 characters: ::stop-commands::x"},
		"count":        {emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":"` + command + `"}]}`}, `totalCount: ::stop-commands::x`},
		"redirect":     {emulator.Behavior{Redirect: "//##vso[x]::stop/"}, "HTTP 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := testkit.NewFolder(t, testkit.Serve(t, emulator.New(emulator.WithBehavior(test.behavior))), map[string]string{
				"main.tf": rootModule, "provider.tf": "provider \"qcc\" {\n  max_retries = 0\n}\n",
			})

			_, output := f.Run("plan")
			if !testkit.Says(test.says).MatchString(output) {
				t.Errorf("the plan does not say %q", test.says)
			}

			if lines := obeyed.FindAllString(output, -1); len(lines) > 0 {
				t.Errorf("a pipeline obeys %q in\n%s", lines, output)
			}
		})
	}
}

// TestWhatComesUnaskedIsNotLogged has a server that sends what it knows before a request, and behind an answer. net/http logs what comes
// on a connection without a request.
func TestWhatComesUnaskedIsNotLogged(t *testing.T) {
	t.Parallel()

	for _, when := range []string{"before the request", "behind the answer"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()

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
				t.Errorf("the log does not tell of four attempts:\n%s", output)
			}

			mu.Lock()
			defer mu.Unlock()

			if found := leaks(secrets, map[string]string{"log": output}); len(found) > 0 || strings.Contains(output, "Unsolicited") {
				t.Error("the log has what the server sent unasked")
			}
		})
	}
}
