package build_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

// releaseBuild has all settings of a build in .goreleaser.yml. The test fails on any other setting, because it may change the binary, and
// then this package needs it too.
type releaseBuild struct {
	Env, Flags, Tags, LDFlags      []string
	Go386, GoAMD64, GoARM, GoARM64 []string
	Binary                         string

	// These settings do not change the content of a binary.
	ModTimestamp string `yaml:"mod_timestamp"`
	GoOS, GoArch []string
	Ignore       []struct{ GoOS, GoArch string }
}

// TestAReleaseIsBuiltTheSameWay compares the build in .goreleaser.yml with this package.
func TestAReleaseIsBuiltTheSameWay(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile("../../.goreleaser.yml")
	if err != nil {
		t.Fatal(err)
	}

	var project struct {
		Builds []yaml.Node
		Name   string         `yaml:"project_name"`
		Rest   map[string]any `yaml:",inline"`
	}

	if err := yaml.Unmarshal(content, &project); err != nil || len(project.Builds) != 1 {
		t.Fatalf("there are %d builds, want one: %v", len(project.Builds), err)
	}

	alone, err := yaml.Marshal(&project.Builds[0])
	if err != nil {
		t.Fatal(err)
	}

	var release releaseBuild

	decoder := yaml.NewDecoder(bytes.NewReader(alone))
	decoder.KnownFields(true)

	if err := decoder.Decode(&release); err != nil {
		t.Fatal(err)
	}

	const version = "1.2.3"

	filled := strings.NewReplacer("{{ .Version }}", version, "{{ .ProjectName }}", project.Name)

	flags := slices.Concat(release.Flags,
		[]string{"-tags=" + strings.Join(release.Tags, ","), "-ldflags=" + filled.Replace(strings.Join(release.LDFlags, " "))})
	if want := build.Flags(version); !slices.Equal(flags, want) {
		t.Errorf("a release is built with the flags %q, and this package builds with %q", flags, want)
	}

	environment := slices.Concat(release.Env,
		[]string{"GO386=" + strings.Join(release.Go386, ","), "GOAMD64=" + strings.Join(release.GoAMD64, ",")},
		[]string{"GOARM=" + strings.Join(release.GoARM, ","), "GOARM64=" + strings.Join(release.GoARM64, ",")})
	if want := build.Environment(); !slices.Equal(environment, want) {
		t.Errorf("a release is built in the environment %q, and this package builds in %q", environment, want)
	}

	if name, want := filled.Replace(release.Binary), build.QCC(version, "linux_amd64").FileName(); name != want {
		t.Errorf("a release names the binary %q, and this package %q", name, want)
	}
}

// TestMakeHasTheSameTags compares all build tags in GNUmakefile with Tags.
func TestMakeHasTheSameTags(t *testing.T) {
	t.Parallel()

	makefile, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}

	tags := regexp.MustCompile(`(?m)^TAGS := (.*)$`).FindSubmatch(makefile)
	if tags == nil || string(tags[1]) != build.Tags {
		t.Errorf("GNUmakefile has the tags %q, and this package %q", tags, build.Tags)
	}

	for _, flag := range regexp.MustCompile(`-tags=\S+`).FindAll(makefile, -1) {
		if !bytes.HasSuffix(flag, []byte("$(TAGS)")) {
			t.Errorf("%s in GNUmakefile does not end with the provider's tags", flag)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()

	windows := build.QCC("1.2.3", "windows_amd64")
	linux := build.Provider{Name: "minimal", Version: "0.0.1", Platform: "linux_arm64"}

	for got, want := range map[string]string{
		windows.FileName():        "terraform-provider-qcc_v1.2.3.exe",
		linux.FileName():          "terraform-provider-minimal_v0.0.1",
		windows.PackedPath("m"):   "m/registry.terraform.io/qccpro/qcc/terraform-provider-qcc_1.2.3_windows_amd64.zip",
		linux.UnpackedPath("m"):   "m/registry.terraform.io/qccpro/minimal/0.0.1/linux_arm64/terraform-provider-minimal_v0.0.1",
		windows.UnpackedPath("m"): "m/registry.terraform.io/qccpro/qcc/1.2.3/windows_amd64/terraform-provider-qcc_v1.2.3.exe",
	} {
		if filepath.ToSlash(got) != want {
			t.Errorf("the name is %s, want %s", got, want)
		}
	}
}
