package pipelines_test

import (
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// jenkinsBlock is a block of the Jenkinsfile: its lines without comments and indentation.
type jenkinsBlock struct {
	lines   []string
	scripts []string // The scripts that sh runs.
}

// has reports whether the block has lines, one after the other.
func (b jenkinsBlock) has(lines ...string) bool {
	return strings.Contains("\n"+strings.Join(b.lines, "\n")+"\n", "\n"+strings.Join(lines, "\n")+"\n")
}

// jenkinsComment matches a comment of the Jenkinsfile, and the space before it.
var jenkinsComment = regexp.MustCompile(`(?m)(^|\s)\s*//.*$`)

// jenkinsfile returns the example without its comments. The test fails if a brace or a text has no counterpart.
func jenkinsfile(t *testing.T) string {
	t.Helper()

	text := jenkinsComment.ReplaceAllString(exampleFile(t, "Jenkinsfile"), "")
	if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "'''") != 2*strings.Count(text, "sh '''\n") {
		t.Fatal("the Jenkinsfile has a brace without a counterpart, or a text that no step runs")
	}

	// Groovy would replace a backslash.
	if strings.Contains(text, `\`) {
		t.Fatal("the Jenkinsfile has a backslash")
	}

	for line := range strings.Lines(text) {
		if strings.Count(line, "'")%2 != 0 && !strings.Contains(line, "'''") || strings.Count(line, `"`)%2 != 0 {
			t.Fatalf("a text of the Jenkinsfile has no end: %s", line)
		}
	}

	return text
}

// jenkinsFind returns the block that a line opens, up to the brace with the same indentation. The test fails if there is not exactly one.
func jenkinsFind(t *testing.T, text, head string) jenkinsBlock {
	t.Helper()

	opens := regexp.MustCompile(`(?m)^( *)`+regexp.QuoteMeta(head)+` \{$`).FindAllStringSubmatchIndex(text, -1)
	if len(opens) != 1 {
		t.Fatalf("the Jenkinsfile has %d blocks %q, want 1", len(opens), head)
	}

	inner, _, closed := strings.Cut(text[opens[0][1]:], "\n"+text[opens[0][2]:opens[0][3]]+"}")
	if !closed {
		t.Fatalf("the block %s has no end", head)
	}

	var block jenkinsBlock

	for i, part := range strings.Split(inner, "'''") {
		if i%2 == 1 {
			block.scripts = append(block.scripts, part)

			continue
		}

		for line := range strings.Lines(part) {
			if line = strings.TrimSpace(line); line != "" {
				block.lines = append(block.lines, line)
			}
		}
	}

	return block
}

// jenkinsVariable matches a line of the environment with a text as its value. The credentials are those of the tests.
var jenkinsVariable = regexp.MustCompile(`^(\w+) = '([^']*)'$`)

func jenkins(t *testing.T) recipe {
	t.Helper()

	text := jenkinsfile(t)
	find := func(head string) jenkinsBlock { return jenkinsFind(t, text, head) }
	plan, approve, apply, environment := find("stage('Plan')"), find("stage('Approve')"), find("stage('Apply')"), find("environment")

	var (
		required string
		env      []string
	)

	for _, line := range environment.lines {
		if variable := jenkinsVariable.FindStringSubmatch(line); variable != nil {
			env = append(env, variable[1]+"="+variable[2])
		}
	}

	if environment.has(`TF_VAR_qcc_required = "${params.qcc_required}"`) && find("parameters").has("name: 'qcc_required',", "defaultValue: '{}',") {
		required = "{}"
	}

	// The shell may not support pipefail.
	read := func(stage jenkinsBlock, passes bool) job {
		found := job{env: env, passes: passes}
		for _, script := range stage.scripts {
			found.steps = append(found.steps, step{command: []string{"sh", "-xe"}, script: script})
		}

		return found
	}

	stages := slices.DeleteFunc(slices.Clone(find("stages").lines), func(line string) bool { return !strings.HasPrefix(line, "stage(") })

	return recipe{
		chinese:  true,
		plan:     read(plan, plan.has("stash name: 'tfplan', includes: 'tfplan'")),
		apply:    always(read(apply, apply.has("unstash 'tfplan'"))),
		cancel:   syscall.SIGTERM,
		required: required,
		settings: map[string]bool{
			"plan, approve and apply":               slices.Equal(stages, []string{"stage('Plan') {", "stage('Approve') {", "stage('Apply') {"}),
			"plan_arguments":                        environment.has(`TF_CLI_ARGS_plan = "${params.plan_arguments}"`) && find("parameters").has("name: 'plan_arguments',", "defaultValue: '',"),
			"an input to approve":                   approve.has("input {"),
			"approve no pull request":               approve.has("not { changeRequest() }"),
			"apply no pull request":                 apply.has("not { changeRequest() }"),
			"a lock of the apply":                   len(find("lock('qcc-apply')").scripts) == 1 && len(apply.scripts) == 1,
			"the summary of a plan that is refused": find("always").has("archiveArtifacts artifacts: 'quota.md', allowEmptyArchive: true"),
		},
	}
}
