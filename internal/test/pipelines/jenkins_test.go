package pipelines_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// jenkinsBlock is the text between two braces of the Jenkinsfile, without comments.
type jenkinsBlock struct {
	head    string         // The text before the opening brace, such as stage('Plan').
	lines   []string       // The lines of this block, without the texts of scripts.
	scripts []string       // The scripts that sh runs, in their order. They include those of inner blocks.
	blocks  []jenkinsBlock // The inner blocks.
}

// find returns the block with a head at any depth. The test fails if there is not exactly one.
func (b jenkinsBlock) find(t *testing.T, head string) jenkinsBlock {
	t.Helper()

	var found []jenkinsBlock

	var walk func(jenkinsBlock)

	walk = func(block jenkinsBlock) {
		if block.head == head {
			found = append(found, block)
		}

		for _, inner := range block.blocks {
			walk(inner)
		}
	}

	if walk(b); len(found) != 1 {
		t.Fatalf("the Jenkinsfile has %d blocks %q, want 1", len(found), head)
	}

	return found[0]
}

// has reports whether the block or an inner one has a line.
func (b jenkinsBlock) has(line string) bool {
	return slices.Contains(b.lines, line) || slices.ContainsFunc(b.blocks, func(inner jenkinsBlock) bool { return inner.has(line) })
}

// jenkinsTokens matches the tokens of a Jenkinsfile. Texts are first in the expression, because they may contain comments and braces.
var jenkinsTokens = regexp.MustCompile(`(?s)'''.*?'''|'[^'\n]*'|"[^"\n]*"|//[^\n]*|[{}\n]|[^'"{}\n/]+|.`)

// jenkinsfile parses the texts, comments and braces of the example. The test fails if a brace or text has no counterpart.
func jenkinsfile(t *testing.T) jenkinsBlock {
	t.Helper()

	var line string

	open := []jenkinsBlock{{}}

	ends := func(block *jenkinsBlock) {
		if line = strings.TrimSpace(line); line != "" {
			block.lines = append(block.lines, line)
		}

		line = ""
	}

	for _, token := range jenkinsTokens.FindAllString(testkit.ReadFile(t, "examples/pipelines/Jenkinsfile"), -1) {
		block := &open[len(open)-1]

		switch {
		case token == "{":
			open = append(open, jenkinsBlock{head: strings.TrimSpace(line)})
			line = ""
		case token == "}":
			ends(block)

			if len(open) == 1 {
				t.Fatal("the Jenkinsfile closes a brace that it does not open")
			}

			outer := &open[len(open)-2]
			outer.blocks = append(outer.blocks, *block)
			outer.scripts = append(outer.scripts, block.scripts...)
			open = open[:len(open)-1]
		case token == "\n":
			ends(block)
		case strings.HasPrefix(token, "//"):
		case strings.HasPrefix(token, "'''"):
			if strings.TrimSpace(line) != "sh" {
				t.Fatalf("a text that no step runs: %s", token)
			}

			// Groovy would replace a backslash.
			if strings.Contains(token, `\`) {
				t.Fatalf("the script has a backslash: %s", token)
			}

			block.scripts = append(block.scripts, strings.Trim(token, "'"))
			line = ""
		case token == "'", token == `"`:
			t.Fatal("the Jenkinsfile has a text without an end")
		default:
			line += token
		}
	}

	if len(open) != 1 {
		t.Fatalf("the Jenkinsfile leaves %d braces open", len(open)-1)
	}

	return open[0].find(t, "pipeline")
}

// jenkinsVariable matches a line of the environment with a text as its value. The credentials are those of the tests.
var jenkinsVariable = regexp.MustCompile(`^(\w+) = '([^']*)'$`)

// jenkinsStage runs the scripts of a stage as the step sh does. The shell may not support pipefail.
func jenkinsStage(t *testing.T, f *testkit.Folder, stage string) (succeeded bool, block jenkinsBlock) {
	t.Helper()

	block = jenkinsfile(t).find(t, "stage('"+stage+"')")
	if len(block.scripts) == 0 {
		t.Fatalf("the stage %s has no scripts", stage)
	}

	var env []string

	for _, line := range jenkinsfile(t).find(t, "environment").lines {
		if variable := jenkinsVariable.FindStringSubmatch(line); variable != nil {
			env = append(env, variable[1]+"="+variable[2])
		}
	}

	for _, run := range block.scripts {
		if !script(t, f, "sh", []string{"-xe"}, run, env...) {
			return false, block
		}
	}

	return true, block
}

var jenkinsPipeline = pipeline{
	chinese: true,
	plan: func(t *testing.T, f *testkit.Folder) (bool, string, bool) {
		t.Helper()

		succeeded, block := jenkinsStage(t, f, "Plan")
		kept := succeeded && block.has("stash name: 'tfplan', includes: 'tfplan'") && written(t, filepath.Join(f.Dir, "tfplan")) != ""

		if archive := "archiveArtifacts artifacts: 'quota.md', allowEmptyArchive: true"; !slices.Contains(block.find(t, "always").lines, archive) {
			t.Error("the stage does not keep the summary of a plan that is refused")
		}

		return succeeded, written(t, filepath.Join(f.Dir, "quota.md")), kept
	},
	apply: func(t *testing.T, f *testkit.Folder) bool {
		t.Helper()

		succeeded, block := jenkinsStage(t, f, "Apply")
		if !block.has("unstash 'tfplan'") {
			t.Error("the stage does not fetch the plan")
		}

		return succeeded
	},
}
