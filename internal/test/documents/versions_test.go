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
	if len(found) != 6 {
		t.Fatalf("there are %d rows of versions, want 6", len(found))
	}

	for i := range found {
		found[i] = found[i][1:]
	}

	return found
}

// matrix is the part of a job in the workflow test.yml that the tests in this file read.
type matrix struct {
	Terraform []string
	Include   []struct{ CLI, Version, Examples, Skip string }
}

// testMatrix returns the matrix of a job in the workflow test.yml.
func testMatrix(t *testing.T, job string) matrix {
	t.Helper()

	var workflow struct {
		Jobs map[string]struct{ Strategy struct{ Matrix matrix } }
	}
	if err := yaml.Unmarshal([]byte(testkit.ReadFile(t, ".github/workflows/test.yml")), &workflow); err != nil {
		t.Fatal(err)
	}

	return workflow.Jobs[job].Strategy.Matrix
}

// minor returns the number behind the dot of a version of Terraform 1.
func minor(t *testing.T, version string) int {
	t.Helper()

	number, err := strconv.Atoi(strings.Split(version, ".")[1])
	if err != nil {
		t.Fatal(err)
	}

	return number
}

// TestVersionsAgree compares the versions that the references promise with those that the workflows test.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()

	lowest := lowestVersions(t, testkit.References[0])
	if other := lowestVersions(t, testkit.References[1]); !slices.EqualFunc(lowest, other, slices.Equal[[]string]) {
		t.Errorf("the references have the versions %v and %v", lowest, other)
	}

	dataSource, gate, function, ephemeral := lowest[0], lowest[1], lowest[4], lowest[5]

	// All tests run with the lowest version that has all features, and with the last three minor versions.
	all := testMatrix(t, "terraform").Terraform
	if len(all) != 4 || all[0] != ephemeral[0]+".*" || minor(t, all[2]) != minor(t, all[1])+1 || minor(t, all[3]) != minor(t, all[2])+1 {
		t.Errorf("all tests run with Terraform %v, want %s first and three consecutive ones", all, ephemeral[0])
	}

	for i, said := range []string{"Terraform " + ephemeral[0] + " or newer", "Terraform " + ephemeral[0] + " 或更高"} {
		if !strings.Contains(testkit.ReadFile(t, testkit.READMEs[i]), said) {
			t.Errorf("%s does not state that make needs %s", testkit.READMEs[i], said)
		}
	}

	jobs := testMatrix(t, "lowest").Include

	for examples, versions := range map[string][]string{
		"data-sources": dataSource, "resources": gate, "functions": function, "ephemeral-resources": ephemeral,
	} {
		for i, cli := range []string{"terraform", "tofu"} {
			tested := false
			for _, job := range jobs {
				tested = tested || job.CLI == cli && strings.HasPrefix(job.Version, versions[i]+".") && slices.Contains(strings.Split(job.Examples, "|"), examples)
			}

			if !tested {
				t.Errorf("no job runs the examples %s with %s %s", examples, cli, versions[i])
			}
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
	since := func(row int) int { return minor(t, rows[row][0]) }

	return []feature{
		{regexp.MustCompile(`(?m)^data "qcc_quota" `), since(0)},
		{regexp.MustCompile(`(?m)^resource "qcc_quota_gate" `), since(1)},
		{regexp.MustCompile(`\b(?:pre|post)condition \{`), since(2)},
		{regexp.MustCompile(`\bprovider::`), since(4)},
		{regexp.MustCompile(`(?m)^ephemeral "|^ *ephemeral += true$`), since(5)},
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

	for _, job := range testMatrix(t, "lowest").Include {
		skip := regexp.MustCompile("^(?:" + cmp.Or(job.Skip, "none") + ")$")

		for _, name := range testkit.Examples(t) {
			group, _, _ := strings.Cut(name, "/")

			required := regexp.MustCompile(`required_version = ">= (1.\d+)"`).FindStringSubmatch(testkit.Example(t, name)["main.tf"])
			if job.CLI != "terraform" || !slices.Contains(strings.Split(job.Examples, "|"), group) || required == nil {
				continue
			}

			if skip.MatchString(name) != (minor(t, required[1]) > minor(t, job.Version)) {
				t.Errorf("the example %s requires %s; the job with %s skips it: %t", name, required[1], job.Version, skip.MatchString(name))
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

	if got, want := first("main.go", `Address = "(.*)"`), first("examples/provider/provider.tf", `source += "(.*)"`); got != want {
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

// TestPinsAllowWhatMakeInstalls compares the pins in documents and examples with the version that make install builds.
func TestPinsAllowWhatMakeInstalls(t *testing.T) {
	t.Parallel()

	version := testkit.MakeVersion(t)
	pin := regexp.MustCompile(`source += "(?:registry\.terraform\.io/)?qccpro/qcc"\n +version = "~> ` + regexp.QuoteMeta(version) + `"`)

	for _, name := range []string{
		"README.md", "README.zh-CN.md", "docs/index.md", "docs/guides/getting-started.md", "docs/guides/getting-started-zh.md", "examples/provider/provider.tf",
	} {
		page := testkit.ReadFile(t, name)
		if !pin.MatchString(page) {
			t.Errorf("%s does not pin the version %s", name, version)
		}

		if other := regexp.MustCompile(`-version (\d+\.\d+\.\d+) install`).FindStringSubmatch(page); other != nil && other[1] != version {
			t.Errorf("%s installs %s in PowerShell, want %s", name, other[1], version)
		}
	}
}
