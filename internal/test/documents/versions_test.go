package documents_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// lowestVersions returns the columns of a reference's table of versions, by the position of the row.
func lowestVersions(t *testing.T, reference string) [][]string {
	t.Helper()

	found := regexp.MustCompile(`(?m)^\| [^|]+ \| (1\.\d+) \| (1\.\d+) \| [^|]+ \|$`).FindAllStringSubmatch(testkit.ReadFile(t, reference), -1)
	rows := make([][]string, 0, len(found))

	for _, row := range found {
		rows = append(rows, row[1:])
	}

	if len(rows) != 6 {
		t.Fatalf("there are %d rows of versions, want 6", len(rows))
	}

	return rows
}

// testWorkflow is the part of the workflow test.yml that the tests in this file read.
type testWorkflow struct {
	Jobs struct {
		Terraform struct {
			Strategy struct {
				Matrix struct {
					Terraform []string `yaml:"terraform"`
				} `yaml:"matrix"`
			} `yaml:"strategy"`
		} `yaml:"terraform"`
		Lowest struct {
			Strategy struct {
				Matrix struct {
					Include []struct {
						CLI      string `yaml:"cli"`
						Version  string `yaml:"version"`
						Examples string `yaml:"examples"`
						Skip     string `yaml:"skip"`
					} `yaml:"include"`
				} `yaml:"matrix"`
			} `yaml:"strategy"`
		} `yaml:"lowest"`
	} `yaml:"jobs"`
}

func readTestWorkflow(t *testing.T) testWorkflow {
	t.Helper()

	var workflow testWorkflow
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, ".github/workflows/test.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	return workflow
}

// TestVersionsAgree compares the versions that the testkit.References promise with those that the workflows test.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()

	english, chinese := testkit.ReadFile(t, "README.md"), testkit.ReadFile(t, "README.zh-CN.md")
	lowest := lowestVersions(t, testkit.References[0])

	if other := lowestVersions(t, testkit.References[1]); !slices.EqualFunc(lowest, other, slices.Equal[[]string]) {
		t.Errorf("the testkit.References have the versions %v and %v", lowest, other)
	}

	dataSource, gate, function, ephemeral := lowest[0], lowest[1], lowest[4], lowest[5]

	workflow := readTestWorkflow(t)

	// All tests run with the lowest version that has all features, and with the last three minor versions.
	all := workflow.Jobs.Terraform.Strategy.Matrix.Terraform
	if len(all) != 4 || all[0] != ephemeral[0]+".*" {
		t.Fatalf("all tests run with Terraform %v, want %s first and three more", all, ephemeral[0])
	}

	minors := make([]int, 0, len(all))

	for _, version := range all[1:] {
		minor, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(version, "1."), ".*"))
		if err != nil {
			t.Fatal(err)
		}

		minors = append(minors, minor)
	}

	if minors[1] != minors[0]+1 || minors[2] != minors[1]+1 {
		t.Errorf("the last minor versions are %v, and not consecutive", minors)
	}

	if said := "Terraform " + ephemeral[0]; !strings.Contains(english, said+" or newer") || !strings.Contains(chinese, said+" 或更高") {
		t.Errorf("the READMEs do not state that make needs %s", said)
	}

	tested := func(cli, version, examples string) bool {
		for _, entry := range workflow.Jobs.Lowest.Strategy.Matrix.Include {
			if entry.CLI == cli && strings.HasPrefix(entry.Version, version+".") && slices.Contains(strings.Split(entry.Examples, "|"), examples) {
				return true
			}
		}

		return false
	}

	for examples, versions := range map[string][]string{
		"data-sources": dataSource, "resources": gate, "functions": function, "ephemeral-resources": ephemeral,
	} {
		if !tested("terraform", versions[0], examples) {
			t.Errorf("no job runs the examples %s with Terraform %s", examples, versions[0])
		}

		if !tested("tofu", versions[1], examples) {
			t.Errorf("no job runs the examples %s with OpenTofu %s", examples, versions[1])
		}
	}
}

// feature is a feature of a configuration that requires a version of Terraform.
type feature struct {
	// found finds the feature in a configuration.
	found *regexp.Regexp
	// minor is the first minor version of Terraform 1 that has the feature.
	minor int
}

// features returns the features that the examples use. The versions of features of the provider come from the reference's table.
func features(t *testing.T) []feature {
	t.Helper()

	rows := lowestVersions(t, testkit.References[0])

	minor := func(row int) int {
		found, err := strconv.Atoi(strings.TrimPrefix(rows[row][0], "1."))
		if err != nil {
			t.Fatal(err)
		}

		return found
	}

	return []feature{
		{regexp.MustCompile(`(?m)^data "qcc_quota" `), minor(0)},
		{regexp.MustCompile(`(?m)^resource "qcc_quota_gate" `), minor(1)},
		{regexp.MustCompile(`\b(?:pre|post)condition \{`), minor(2)},
		{regexp.MustCompile(`\bprovider::`), minor(4)},
		{regexp.MustCompile(`(?m)^ephemeral "|^ *ephemeral += true$`), minor(5)},
		{regexp.MustCompile(`(?m)^moved \{`), 1},
		{regexp.MustCompile(`(?m)^ *nullable += `), 1},
		{regexp.MustCompile(`(?m)^resource "terraform_data" `), 4},
		{regexp.MustCompile(`(?m)^check "`), 5},
		{regexp.MustCompile(`(?m)^import \{`), 5},
		{regexp.MustCompile(`(?m)^import \{\n  for_each `), 7},
	}
}

// needed returns the lowest minor version of Terraform 1 that has all features of a configuration.
func needed(features []feature, configuration string) int {
	lowest := 0

	for _, feature := range features {
		if feature.found.MatchString(configuration) {
			lowest = max(lowest, feature.minor)
		}
	}

	return lowest
}

// TestExamplesRequireWhatTheyUse compares the required_version of each configuration with the features that it uses.
func TestExamplesRequireWhatTheyUse(t *testing.T) {
	t.Parallel()

	features := features(t)

	var all strings.Builder

	for _, name := range testkit.Examples(t) {
		files := testkit.Example(t, name)

		for file, configuration := range files {
			if path.Base(file) != "main.tf" {
				continue
			}

			all.WriteString(configuration)

			// A root module also needs what its child modules use.
			lowest := needed(features, configuration)

			for other, child := range files {
				if file == "main.tf" && path.Base(other) == "main.tf" {
					lowest = max(lowest, needed(features, child))
				}
			}

			want := fmt.Sprintf("1.%d", lowest)
			if required := regexp.MustCompile(`required_version = ">= (.*)"`).FindStringSubmatch(configuration); len(required) != 2 || required[1] != want {
				t.Errorf("%s of the example %s requires %v, want %s", file, name, required, want)
			}
		}
	}

	for _, feature := range features {
		if !feature.found.MatchString(all.String()) {
			t.Errorf("no example has %s", feature.found)
		}
	}
}

// TestLowestVersionsSkipExamplesBeyondThem compares the examples that a job skips with the versions that the examples require.
func TestLowestVersionsSkipExamplesBeyondThem(t *testing.T) {
	t.Parallel()

	for _, entry := range readTestWorkflow(t).Jobs.Lowest.Strategy.Matrix.Include {
		skip := regexp.MustCompile("^(?:" + cmp.Or(entry.Skip, "none") + ")$")

		for _, name := range testkit.Examples(t) {
			group, _, _ := strings.Cut(name, "/")
			required := regexp.MustCompile(`required_version = ">= 1.(\d+)"`).FindStringSubmatch(testkit.Example(t, name)["main.tf"])

			if entry.CLI != "terraform" || !slices.Contains(strings.Split(entry.Examples, "|"), group) || required == nil {
				continue
			}

			has, err := strconv.Atoi(strings.Split(entry.Version, ".")[1])
			if err != nil {
				t.Fatal(err)
			}

			needs, err := strconv.Atoi(required[1])
			if err != nil {
				t.Fatal(err)
			}

			if skip.MatchString(name) != (needs > has) {
				t.Errorf("the example %s requires 1.%d; the job with %s skips it: %t", name, needs, entry.Version, skip.MatchString(name))
			}
		}
	}
}

// TestPinnedVersionsAgree compares versions that several files name.
func TestPinnedVersionsAgree(t *testing.T) {
	t.Parallel()

	first := func(file, pattern string) string {
		found := regexp.MustCompile(pattern).FindStringSubmatch(testkit.ReadFile(t, file))
		if len(found) != 2 {
			t.Fatalf("%s does not have %s", file, pattern)
		}

		return found[1]
	}

	goVersion := first("go.mod", `(?m)^go (\d+\.\d+)`)
	for _, file := range []string{"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/guides/getting-started.md", "docs/guides/getting-started-zh.md"} {
		if got := first(file, `Go (\d+\.\d+)`); got != goVersion {
			t.Errorf("%s names Go %s, and go.mod %s", file, got, goVersion)
		}
	}

	for _, workflow := range []string{"test", "release", "vulnerabilities"} {
		if got := first(".github/workflows/"+workflow+".yml", `go-version: "(.*)"`); got != goVersion {
			t.Errorf("the workflow %s takes Go %s, and go.mod %s", workflow, got, goVersion)
		}
	}

	if configuration := testkit.ReadFile(t, ".goreleaser.yml"); strings.Contains(configuration, "disable:") {
		t.Error("goreleaser reads no release notes if its changelog is disabled")
	}

	terraform := first("GNUmakefile", `TERRAFORM_VERSION := (.*)`)
	for file, pattern := range map[string]string{
		"README.md": `make downloads (\d+\.\d+\.\d+)`, "README.zh-CN.md": `make 会下载 (\d+\.\d+\.\d+)`,
		".github/workflows/test.yml": `terraform_version: "(\d+\.\d+\.\d+)"`, ".github/workflows/release.yml": `terraform_version: "(.*)"`,
	} {
		if got := first(file, pattern); got != terraform {
			t.Errorf("%s names Terraform %s, and GNUmakefile %s", file, got, terraform)
		}
	}

	if got, want := first("main.go", `Address = "(.*)"`), "registry.terraform.io/"+first("examples/provider/provider.tf", `source += "(.*)"`); got != want {
		t.Errorf("main.go serves %s, and the examples take %s", got, want)
	}

	var manifest struct {
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, "terraform-registry-manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}

	// providerserver serves protocol 6 unless main.go sets another one.
	if strings.Contains(testkit.ReadFile(t, "main.go"), "ProtocolVersion") || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		t.Errorf("main.go and the manifest do not agree on protocol %v", manifest.Metadata.Protocols)
	}
}
