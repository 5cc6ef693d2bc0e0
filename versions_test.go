package main_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// lowestVersions returns the columns of the READMEs' table of versions, by the position of the row.
func lowestVersions(t *testing.T, readme string) [][]string {
	t.Helper()

	found := regexp.MustCompile(`(?m)^\| [^|]+ \| (1\.\d+) \| (1\.\d+) \| [^|]+ \|$`).FindAllStringSubmatch(readme, -1)
	rows := make([][]string, 0, len(found))

	for _, row := range found {
		rows = append(rows, row[1:])
	}

	if len(rows) != 5 {
		t.Fatalf("there are %d rows of versions, want 5", len(rows))
	}

	return rows
}

// testWorkflow is what the tests below take of the workflow that tests.
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

// TestVersionsAgree compares what the READMEs promise with what the workflows test and what the examples require.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()

	english, chinese := testkit.ReadFile(t, "README.md"), testkit.ReadFile(t, "README.zh-CN.md")
	lowest := lowestVersions(t, english)

	if other := lowestVersions(t, chinese); !slices.EqualFunc(lowest, other, slices.Equal[[]string]) {
		t.Errorf("the READMEs have the versions %v and %v", lowest, other)
	}

	dataSource, function, ephemeral := lowest[0], lowest[3], lowest[4]

	workflow := readTestWorkflow(t)

	// All tests run with the lowest version that has all features, and with the three last minor versions.
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
		t.Errorf("the last minor versions are %v, and not in a row", minors)
	}

	if said := "Terraform " + ephemeral[0]; !strings.Contains(english, said+" or newer") || !strings.Contains(chinese, said+" 或更高") {
		t.Errorf("the READMEs do not say that make needs %s", said)
	}

	tested := func(cli, version, examples string) bool {
		for _, entry := range workflow.Jobs.Lowest.Strategy.Matrix.Include {
			if entry.CLI == cli && strings.HasPrefix(entry.Version, version+".") && slices.Contains(strings.Split(entry.Examples, "|"), examples) {
				return true
			}
		}

		return false
	}

	for examples, versions := range map[string][]string{"data-sources": dataSource, "functions": function, "ephemeral-resources": ephemeral} {
		if !tested("terraform", versions[0], examples) {
			t.Errorf("no job runs the examples %s with Terraform %s", examples, versions[0])
		}

		if !tested("tofu", versions[1], examples) {
			t.Errorf("no job runs the examples %s with OpenTofu %s", examples, versions[1])
		}
	}

	// An example that uses a feature requires its version.
	for _, name := range testkit.Examples(t) {
		configuration := testkit.Example(t, name)["main.tf"]
		required := regexp.MustCompile(`required_version = ">= (.*)"`).FindStringSubmatch(configuration)

		want := function[0]
		if strings.Contains(configuration, "ephemeral ") {
			want = ephemeral[0]
		}

		if configuration != "" && (len(required) != 2 || required[1] != want) {
			t.Errorf("the example %s requires %v, want %s", name, required, want)
		}
	}
}

// TestLowestVersionsSkipWhatTheyMust compares what a job skips with what the examples require.
func TestLowestVersionsSkipWhatTheyMust(t *testing.T) {
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

// TestPinnedVersionsAgree compares what stands in several files.
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
	for _, file := range []string{"README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/guides/getting-started-zh.md"} {
		if got := first(file, `Go (\d+\.\d+)`); got != goVersion {
			t.Errorf("%s says Go %s, and go.mod %s", file, got, goVersion)
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
		"README.md": `the PATH, (\d+\.\d+\.\d+)`, "README.zh-CN.md": `会下载 (\d+\.\d+\.\d+)`,
		".github/workflows/test.yml": `terraform_version: "(\d+\.\d+\.\d+)"`, ".github/workflows/release.yml": `terraform_version: "(.*)"`,
	} {
		if got := first(file, pattern); got != terraform {
			t.Errorf("%s says Terraform %s, and GNUmakefile %s", file, got, terraform)
		}
	}

	if got, want := first("main.go", `Address = "(.*)"`), "registry.terraform.io/"+first("examples/provider/provider.tf", `source = "(.*)"`); got != want {
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

	// providerserver serves protocol 6 unless main.go says otherwise.
	if strings.Contains(testkit.ReadFile(t, "main.go"), "ProtocolVersion") || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		t.Errorf("main.go and the manifest do not agree on protocol %v", manifest.Metadata.Protocols)
	}
}
