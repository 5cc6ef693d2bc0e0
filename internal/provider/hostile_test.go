package provider_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

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
		"count":         {emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":"` + command + `"}]}`}, `radar_id (风险监控-企业), totalCount: "::stop-commands::x # [error]x`},
		"redirect":      {emulator.Behavior{Redirect: "//##vso[x]::stop/"}, "HTTP 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, !slices.Contains([]string{"message", "redirect"}, name), "one row has words, and one has a redirect")

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, emulator.New(emulator.WithBehavior(test.behavior))), map[string]string{
				"main.tf": rootModule, "provider.tf": "provider \"qcc\" {\n  max_retries = 0\n}\n",
			})

			code, plan := f.Run("plan")
			if !testkit.Says(test.says).MatchString(plan) || (code == 0) != (name == "count") {
				t.Errorf("exit code %d, or the plan does not say %q", code, test.says)
			}

			outputs := map[string]string{"plan": plan}
			inChinese(t, f, code, outputs)

			for _, output := range []string{outputs["plan"], outputs["plan in Chinese"]} {
				if lines := obeyed.FindAllString(output, -1); len(lines) > 0 {
					t.Errorf("a pipeline obeys %q in\n%s", lines, output)
				}
			}
		})
	}
}

// TestWhatComesUnaskedIsNotLogged has a server that sends secrets before a request, and after an answer. net/http logs data that it
// receives without a request.
func TestWhatComesUnaskedIsNotLogged(t *testing.T) {
	t.Parallel()

	for when, sends := range map[string]http.ConnState{"before the request": http.StateNew, "behind the answer": http.StateIdle} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, when == "before the request", "the other row also has data without a request")

			server := &tokens{service: emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199}))}
			unstarted := httptest.NewUnstartedServer(server)
			unstarted.Config.ConnState = func(connection net.Conn, state http.ConnState) {
				if state == sends {
					_, _ = io.WriteString(connection, "GET /?key="+strings.Join(server.secrets(), " Token: ")+"\r\n")
				}
			}
			unstarted.Start()
			t.Cleanup(unstarted.Close)

			f := testkit.NewFolder(t, unstarted.URL, map[string]string{"main.tf": rootModule})
			f.Set("TF_LOG=TRACE")

			_, output := f.Run("plan")
			if strings.Count(output, "QCC quota query") != 4 {
				t.Errorf("the log does not have four attempts:\n%s", output)
			}

			if found := leaks(server.secrets(), map[string]string{"log": output}); len(found) > 0 || strings.Contains(output, "Unsolicited") {
				t.Error("the log has what the server sent unasked")
			}
		})
	}
}
