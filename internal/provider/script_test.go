package provider_test

import (
	"encoding/json"
	"errors"
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

			story := &story{service: service}
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

// control changes how the emulator answers, or compares the number of queries.
func control(ts *testscript.TestScript, not bool, args []string) {
	story := storyOf(ts)

	switch {
	case not:
		ts.Fatalf("the emulator has no order not to do something")
	case len(args) == 2 && args[0] == "behave":
		var behavior emulator.Behavior

		ts.Check(json.Unmarshal([]byte(args[1]), &behavior))
		story.service.Behave(behavior)
	case len(args) == 2 && args[0] == "modules":
		var modules []emulator.Module

		ts.Check(json.Unmarshal([]byte(args[1]), &modules))
		story.service.SetModules(modules...)
	case len(args) == 3 && args[0] == "consume":
		count, err := strconv.ParseInt(args[2], 10, 64)
		ts.Check(err)
		ts.Check(story.service.Consume(args[1], count))
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
