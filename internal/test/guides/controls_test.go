package guides_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestControlsDoWhatTheCommentsSay runs the commands for the emulator that the index and the help show.
func TestControlsDoWhatTheCommentsSay(t *testing.T) {
	t.Parallel()

	control := regexp.MustCompile(`(?m)curl (?:URL|\$QCC_BASE_URL)/emulator/(\w+) +-X (\w+) +(?:\\\n +)?-d '(.*?)'`)

	// reads says how a read ends after a command, if it has an error.
	reads := map[string]string{
		`{"code": 112}`:            "112",
		`{"code": 199, "next": 2}`: "",
		`{"count_after": "30s"}`:   "",
		`{}`:                       "",
		`{"concurrent": 20, "delay": "200ms", "lock_after": 500}`: "", // One read is not enough for these limits.
	}

	for _, name := range []string{"docs/index.md", testkit.ChineseReference["docs/index.md"], "internal/cmd/qcc-emulator/main.go"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			url := testkit.Serve(t, service)

			found := control.FindAllStringSubmatch(testkit.ReadFile(t, name), -1)
			if len(found) < 3 {
				t.Fatalf("there are only the commands %v", found)
			}

			read := func() (qcc.Quota, error) {
				client, err := qcc.New(qcc.Config{
					Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: url,
					Timeout: qcc.DefaultTimeout, MaxRetries: qcc.DefaultMaxRetries,
				})
				if err != nil {
					t.Fatal(err)
				}

				return client.Quota(t.Context())
			}

			seen := map[string]bool{}

			for _, command := range found {
				if seen[command[0]] { // The help has each command in both languages.
					continue
				}

				seen[command[0]] = true

				before, _ := read()
				requests := service.Requests()

				send(t, testkit.Command{"request", command[2], url + "/emulator/" + command[1], command[3]}, url)

				after, err := read()

				switch command[1] {
				case "consume", "orders":
					if got := *after.Modules["radar_id"].Consumed - *before.Modules["radar_id"].Consumed; !strings.Contains(command[3], fmt.Sprint(got)) {
						t.Errorf("%s adds %d", command[0], got)
					}
				case "modules":
					if len(after.Modules) != 1 || *after.Modules["radar_id"].Total != 5 {
						t.Errorf("%s leaves %v", command[0], after.Modules)
					}
				default:
					want, tested := reads[command[3]]
					if failed := err != nil; !tested || failed != (want != "") || failed && !strings.Contains(err.Error(), want) {
						t.Errorf("%s: the error is %v, want %q", command[0], err, want)
					}

					if retried := service.Requests()-requests == 3; retried != strings.Contains(command[3], "next") {
						t.Errorf("%s: the read has sent %d queries", command[0], service.Requests()-requests)
					}
				}
			}
		})
	}
}
