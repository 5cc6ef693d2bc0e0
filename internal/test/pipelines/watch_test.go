package pipelines_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestWatch runs the job that watches the quota. Only a quota below the reserve, and a read that fails, make it fail.
func TestWatch(t *testing.T) {
	t.Parallel()

	newFolder := testkit.NewFolder
	if testing.Short() {
		newFolder = testkit.NewAttachedFolder
	}

	const line = `"radar_id":{"consumed":`

	for name, test := range map[string]struct {
		consumed int64 // What is consumed beside the sample.
		code     int   // The status code of the service; 0 means that of a success.
		succeeds bool
		says     []string
	}{
		"enough":          {succeeds: true, says: []string{line + "2,"}},
		"below":           {consumed: 40, says: []string{"radar_id: 2 below the reserve of 10. 比保留量 10 少 2。", line + "42,"}},
		"the read failed": {code: 101, says: []string{"101"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, name != "below", "one state of the quota")

			service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: test.code}))
			testkit.Consume(t, service, "radar_id", test.consumed)

			f := newFolder(t, testkit.Serve(t, service), map[string]string{"watch/main.tf": testkit.Example(t, "pipelines/watch")["main.tf"]})
			useMirror(t, f)

			workflow := readYAML[gitHubWorkflow](t, "watch/github-actions.yml")
			job := workflow.Jobs["watch"].read(workflow.Jobs["watch"].Env, true, func(gitHubStep) bool { return true })
			job.dir = f.Dir + "/watch"

			if got := workflow.secrets(); !slices.Equal(got, []string{"Read the quota"}) {
				t.Errorf("the steps %q have the credentials", got)
			}

			var commands strings.Builder
			for _, step := range job.steps {
				commands.WriteString(step.script + "\n")
			}

			if shown := testkit.CodeBlocks(t, "docs/guides/in-ci-pipelines.md", "console")[0]; shown != commands.String() {
				t.Errorf("the page shows the commands\n%s\nand the job runs\n%s", shown, &commands)
			}

			succeeded, output := job.run(t, f)
			if succeeded != test.succeeds {
				t.Errorf("the job succeeded: %t", succeeded)
			}

			for _, text := range test.says {
				if !strings.Contains(output, text) {
					t.Errorf("the job does not say %q", text)
				}
			}
		})
	}
}
