package provider_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestScripts runs the scripts in testdata/script, each with its own folder, emulator and provider. The provider runs in this process, so a
// script needs no terraform init, unless it begins with the command installed. A short run skips scripts that say so, because another script
// of their kind is in it. In addition to the commands of testscript, a script can use the commands below. To run one:
//
//	go test ./internal/provider -run TestScripts/logs
//
//	installed                     uses the installed provider from now on
//	[!] terraform ARGS            runs the real Terraform, which must succeed, or with ! end with exit code 1
//	[!] says TEXT                 looks for the text in what Terraform has said, however its lines are wrapped
//	emulator behave JSON          sets how the emulator answers
//	emulator modules JSON         sets the quota
//	emulator consume MODULE N     uses up quota
//	emulator requests [N]         sees that N queries came in since this command ran last
func TestScripts(t *testing.T) {
	t.Parallel()

	terraform := testkit.Terraform(t)

	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			service := emulator.New()
			server := httptest.NewServer(service)
			env.Defer(server.Close)
			story := &story{service: service, url: server.URL}
			env.Values[storyKey{}] = story

			env.Vars = append(env.Vars, terraform.Environ()...)
			env.Vars = append(env.Vars, testkit.Credentials(server.URL).Environ()...)
			// Terraform's sockets need a short path. The path of the script's temporary folder is too long.
			env.Vars = append(env.Vars, testkit.Attach(t, story.getenv), testkit.WithoutTLS, "TF_CLI_ARGS=-no-color", "TMPDIR="+os.TempDir())

			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"installed": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Setenv("TF_REATTACH_PROVIDERS", "") },
			"terraform": runTerraform(terraform.Command(t.Context(), ".", nil).Path),
			"says":      says,
			"emulator":  control,
		},
	})
}

// storyKey is the key of the story in the values of a script.
type storyKey struct{}

// story is the emulator of a script.
type story struct {
	service *emulator.Emulator
	url     string
	seen    int // The number of queries at the last "emulator requests".
	// script is the script that runs Terraform. The provider reads its environment.
	script atomic.Pointer[testscript.TestScript]
}

func (s *story) getenv(name string) string { return s.script.Load().Getenv(name) }

// storyOf returns the emulator of a script.
func storyOf(ts *testscript.TestScript) *story {
	story, ok := ts.Value(storyKey{}).(*story)
	if !ok {
		ts.Fatalf("there is no emulator")
	}

	return story
}

func runTerraform(path string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, fails bool, args []string) {
		want := 0
		if fails {
			want = 1
		}

		storyOf(ts).script.Store(ts)

		code, err := 0, ts.Exec(path, args...)
		if exit, ended := errors.AsType[*exec.ExitError](err); ended {
			code, err = exit.ExitCode(), nil
		}

		if err != nil || code != want {
			ts.Fatalf("terraform %s: exit code %d, want %d; %v", strings.Join(args, " "), code, want, err)
		}
	}
}

func says(ts *testscript.TestScript, not bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: says TEXT")
	}

	if said := testkit.Says(args[0]).MatchString(ts.ReadFile("stdout") + "\n" + ts.ReadFile("stderr")); said == not {
		ts.Fatalf("Terraform says %q: %t", args[0], said)
	}
}

// control sends a request to the emulator's control API, as a user does with curl.
func control(ts *testscript.TestScript, not bool, args []string) {
	story := storyOf(ts)
	if not {
		ts.Fatalf("the emulator has no order not to do something")
	}

	switch {
	case len(args) == 2 && args[0] == "behave":
		ts.Check(story.send(http.MethodPut, "behavior", args[1]))
	case len(args) == 2 && args[0] == "modules":
		ts.Check(story.send(http.MethodPut, "modules", args[1]))
	case len(args) == 3 && args[0] == "consume":
		ts.Check(story.send(http.MethodPost, "consume", fmt.Sprintf("{%q: %s}", args[1], args[2])))
	case len(args) > 0 && len(args) <= 2 && args[0] == "requests":
		requests := story.service.Requests()
		came := requests - story.seen
		story.seen = requests

		if len(args) == 2 && args[1] != strconv.Itoa(came) {
			ts.Fatalf("%d queries came in, want %s", came, args[1])
		}
	default:
		ts.Fatalf("the emulator has no command %q", args)
	}
}

func (s *story) send(method, path, body string) error {
	request, err := http.NewRequest(method, s.url+emulator.ControlPath+"/"+path, strings.NewReader(body)) //nolint:noctx // The server ends with the script.
	if err != nil {
		return err
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	if answer, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s, %w", response.Status, answer, err)
	}

	return nil
}
