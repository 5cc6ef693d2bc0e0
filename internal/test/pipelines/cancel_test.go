package pipelines_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// backend keeps a state, and its lock, for Terraform's backend "http".
type backend struct {
	mu     sync.Mutex
	state  string
	locks  int
	locked bool
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()

	body, err := io.ReadAll(r.Body)

	switch {
	case err != nil || r.Method == "LOCK" && b.locked:
		w.WriteHeader(http.StatusLocked)
	case r.Method == "LOCK":
		b.locks++
		b.locked = true
	case r.Method == "UNLOCK":
		b.locked = false
	case r.Method == http.MethodPost:
		b.state = string(body)
	case b.state == "":
		w.WriteHeader(http.StatusNoContent)
	default:
		_, _ = io.WriteString(w, b.state)
	}
}

// cancelled runs the steps of a job up to the last one. When the service receives a query of that step, the shell receives the signal. It
// reports whether the step ended by itself.
func (j job) cancelled(t *testing.T, f *testkit.Folder, signal os.Signal, queries <-chan struct{}) (ended bool) {
	t.Helper()

	last := len(j.steps) - 1
	for _, step := range j.steps[:last] {
		run(t, j.command(t, f, step))
	}

	var output bytes.Buffer

	command, exited := j.command(t, f, j.steps[last]), make(chan struct{})
	command.Stdout, command.Stderr, command.WaitDelay = &output, &output, time.Second

	if err := command.Start(); err != nil {
		t.Fatal(err)
	}

	go func() {
		defer close(exited)

		_ = command.Wait() // Its state says whether it succeeded.
	}()

	select {
	case <-queries:
	case <-exited:
		t.Fatalf("the step ended too early:\n%s", &output)
	}

	if err := command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}

	// GitHub sends SIGTERM after 7.5 seconds and SIGKILL after ten. A busy machine gets more time here.
	select {
	case <-exited:
		ended = true
	case <-time.After(30 * time.Second):
		_ = command.Process.Kill()

		<-exited
	}

	if t.Logf("%s\n%s", strings.Join(command.Args, " "), &output); command.ProcessState.Success() {
		t.Error("the step succeeded")
	}

	return ended
}

// TestCancelledJobs cancels the jobs while the service answers a gate. Terraform must give back the lock, and keep the state of the order
// before the gate.
func TestCancelledJobs(t *testing.T) {
	t.Parallel()

	testkit.OnlyLong(t, true, "jobs that nobody cancels")

	for name, read := range recipes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			queries, store := make(chan struct{}, 100), &backend{}
			service := emulator.New(emulator.WithLog(func(string) { queries <- struct{}{} }))
			address := testkit.Serve(t, store)

			f := testkit.NewFolder(t, testkit.Serve(t, service), map[string]string{
				"main.tf": testkit.RequiredProvider + `
terraform {
  backend "http" {
    address        = "` + address + `"
    lock_address   = "` + address + `"
    unlock_address = "` + address + `"
  }
}

resource "terraform_data" "order" {}

resource "qcc_quota_gate" "next" {
  depends_on = [terraform_data.order]
  required   = { radar_id = 1 }
}
`,
				"ci/quota.jq": testkit.ReadFile(t, "examples/pipelines/quota.jq"),
			})
			useMirror(t, f)

			recipe := read(t)

			cancel := func(job job) {
				service.Behave(emulator.Behavior{Delay: emulator.Duration(time.Hour)})

				ended := job.cancelled(t, f, recipe.cancel, queries)

				store.mu.Lock()
				defer store.mu.Unlock()

				if !ended || store.locked || store.locks == 0 {
					t.Errorf("the step ended by itself: %t; the state is locked: %t", ended, store.locked)
				}

				store.locked = false

				service.Behave(emulator.Behavior{})
			}

			if recipe.cancel == os.Interrupt { // GitHub signals nothing but the shell, in a plan job too.
				job := recipe.plan
				job.steps = job.steps[:1+slices.IndexFunc(job.steps, func(s step) bool { return strings.Contains(s.script, "terraform plan ") })]
				cancel(job)
			}

			if !recipe.plan.succeeds(t, f) {
				t.Fatal("the plan job failed")
			}

			for len(queries) > 0 {
				<-queries
			}

			if cancel(recipe.apply(t, f)); !strings.Contains(store.state, `"name": "order"`) {
				t.Errorf("the state is\n%s", store.state)
			}
		})
	}
}
