package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// pagesOfSteps are the pages whose steps must work in bash and in PowerShell.
var pagesOfSteps = []string{
	"README.md", "README.zh-CN.md", "docs/index.md", "docs/guides/getting-started.md", "docs/guides/getting-started-zh.md",
	"docs/guides/troubleshooting.md", "docs/guides/troubleshooting-zh.md", "docs/guides/reference-in-short.md", "docs/guides/reference-in-short-zh.md",
}

// toPowerShell are the commands of bash that PowerShell spells in another way, and how.
var toPowerShell = []struct {
	bash       *regexp.Regexp
	powerShell string
}{
	{regexp.MustCompile(`^make demo$`), `go run ./internal/cmd/qcc-demo`},
	{regexp.MustCompile(`^make test$`), `go test -timeout 15m ./...`},
	{regexp.MustCompile(`^make install$`), "$$plugins = \"$$env:APPDATA\\terraform.d\\plugins\"\ngo run ./internal/cmd/provider-build -version 0.1.0 install $$plugins"},
	{regexp.MustCompile(`^make install VERSION=(\S+)$`), "$$plugins = \"$$env:APPDATA\\terraform.d\\plugins\"\ngo run ./internal/cmd/provider-build -version $1 install $$plugins"},
	{regexp.MustCompile(`^make emulator ARGS='(.*)'$`), `go run ./internal/cmd/qcc-emulator $1`},
	{regexp.MustCompile(`^export (\w+)=(\S+)$`), `$$env:$1 = "$2"`},
	{regexp.MustCompile(`^unset (\w+)$`), `Remove-Item Env:$1`},
	{regexp.MustCompile(`^curl \$QCC_BASE_URL(\S*) +-X POST +-d ('.*')$`), `Invoke-RestMethod "$$env:QCC_BASE_URL$1" -Method Post -Body $2`},
	{regexp.MustCompile(`^curl \$QCC_BASE_URL(\S*) +-X PUT +-d ('.*')$`), `Invoke-RestMethod "$$env:QCC_BASE_URL$1" -Method Put -Body $2`},
	{regexp.MustCompile(`^curl \$QCC_BASE_URL(\S*)$`), `Invoke-RestMethod "$$env:QCC_BASE_URL$1"`},
	{regexp.MustCompile(`^curl -s (https://\S+)$`), `curl.exe -s $1`},
	{
		regexp.MustCompile(`^(\w+)=(\w+) (terraform plan 2>&1) \| grep '(.*)'$`),
		"$$env:$1 = \"$2\"\n$3 | Select-String \"$4\"\nRemove-Item Env:$1",
	},
}

// powerShell returns the commands of a block for PowerShell. It reports whether they differ from those for bash.
func powerShell(block string) (string, bool) {
	var lines []string

	differs := false

	for line := range strings.Lines(strings.ReplaceAll(withoutComments(block), "\\\n", "")) {
		line = strings.TrimSpace(line)

		for _, rule := range toPowerShell {
			if rule.bash.MatchString(line) {
				line = rule.bash.ReplaceAllString(line, rule.powerShell)
				differs = true

				break
			}
		}

		lines = append(lines, line)
	}

	return strings.Join(lines, "\n") + "\n", differs
}

// TestStepsHavePowerShell finds the block for PowerShell behind each block for bash that does not work there.
func TestStepsHavePowerShell(t *testing.T) {
	t.Parallel()

	for _, name := range pagesOfSteps {
		blocks := regexp.MustCompile("(?s)```(console|powershell)\n(.*?)```").FindAllStringSubmatch(testkit.ReadFile(t, name), -1)
		found := 0

		for i, block := range blocks {
			want, differs := powerShell(block[2])
			if block[1] != "console" || !differs {
				continue
			}

			found++

			if i+1 == len(blocks) || blocks[i+1][1] != "powershell" || blocks[i+1][2] != want {
				t.Errorf("%s: behind\n%s\nthere is %q, want\n%s", name, block[2], blocks[min(i+1, len(blocks)-1)], want)
			}
		}

		if all := strings.Count(testkit.ReadFile(t, name), "```powershell\n"); found == 0 || found != all {
			t.Errorf("%s has %d blocks for PowerShell, want %d", name, all, found)
		}
	}
}

// makeVersion returns the version that make install builds.
func makeVersion(t *testing.T) string {
	t.Helper()

	version := regexp.MustCompile(`(?m)^VERSION \?= (.+)$`).FindStringSubmatch(testkit.ReadFile(t, "GNUmakefile"))
	if version == nil {
		t.Fatal("GNUmakefile has no VERSION")
	}

	return version[1]
}

// TestPinsAllowWhatMakeInstalls compares the pins in documents and examples with the version that make install builds.
func TestPinsAllowWhatMakeInstalls(t *testing.T) {
	t.Parallel()

	want := `"~> ` + makeVersion(t) + `"`

	for _, name := range slices.Concat(pagesOfSteps[:5], []string{"examples/provider/provider.tf"}) {
		page := testkit.ReadFile(t, name)
		if !regexp.MustCompile(`source += "qccpro/qcc"\n +version = ` + regexp.QuoteMeta(want)).MatchString(page) {
			t.Errorf("%s does not pin the version %s", name, want)
		}

		if other := regexp.MustCompile(`-version (\d+\.\d+\.\d+) install`).FindStringSubmatch(page); other != nil && `"~> `+other[1]+`"` != want {
			t.Errorf("%s installs %s in PowerShell, want %s", name, other[1], want)
		}
	}
}

// TestEveryWayToInstallGivesOneChecksum installs the provider with make install, with the command for PowerShell, and with make mirror. It
// initializes a configuration from one of them, and again from the others with the same lock file.
func TestEveryWayToInstallGivesOneChecksum(t *testing.T) {
	t.Parallel()

	makeProgram, err := exec.LookPath("make")
	if err != nil {
		t.Skip("make is not installed, as on the machines with Windows")
	}

	dir := t.TempDir()
	build := func(name string, args ...string) {
		command := exec.CommandContext(t.Context(), name, args...)
		// A make around this test has passed its own flags. The other variables must not change the build.
		command.Env = append(os.Environ(), "MAKEFLAGS=", "MAKEOVERRIDES=", "GOFLAGS=-mod=readonly", "GOAMD64=v2", "CGO_ENABLED=1")

		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
		}
	}

	build(makeProgram, "install", "PLUGINS="+filepath.Join(dir, "install"))
	build("go", "run", "./internal/cmd/provider-build", "-version", makeVersion(t), "install", filepath.Join(dir, "powershell"))
	build(makeProgram, "mirror", "DIR="+filepath.Join(dir, "mirror"))

	f := testkit.NewFolder(t, testkit.Silent(t), nil)
	f.Write("main.tf", testkit.ReadFile(t, "examples/provider/provider.tf"))

	hashes := regexp.MustCompile(`"(?:h1|zh):[^"]+"`)
	locked := map[string]string{}

	for _, way := range []string{"install", "powershell", "mirror", "install"} {
		if err := os.RemoveAll(filepath.Join(f.Dir, ".terraform")); err != nil {
			t.Fatal(err)
		}

		f.Write("terraform.rc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path    = %q\n    include = [\"registry.terraform.io/qccpro/*\"]\n  }\n\n"+
			"  direct {\n    exclude = [\"registry.terraform.io/qccpro/*\"]\n  }\n}\n", filepath.ToSlash(filepath.Join(dir, way))))
		f.Set("TF_CLI_CONFIG_FILE=" + filepath.Join(f.Dir, "terraform.rc"))
		f.Succeeds("init", "-input=false")

		locked[way] = strings.Join(hashes.FindAllString(f.Read(".terraform.lock.hcl"), -1), " ")
		if locked[way] != locked["install"] || !strings.HasPrefix(locked[way], `"h1:`) {
			t.Errorf("the lock file has the checksums %q of %s, and %q of install", locked[way], way, locked["install"])
		}
	}
}

// TestControlsDoWhatTheCommentsSay runs the commands for the emulator that the references, the index and the help show.
func TestControlsDoWhatTheCommentsSay(t *testing.T) {
	t.Parallel()

	control := regexp.MustCompile(`(?m)curl (?:URL|\$QCC_BASE_URL)/emulator/(\w+) +-X (\w+) +(?:\\\n +)?-d '(.*?)'`)

	// reads says how a read ends after a command, if it has an error.
	reads := map[string]string{
		`{"code": 112}`:            "112",
		`{"code": 199, "next": 2}`: "",
		`{}`:                       "",
		`{"concurrent": 20, "delay": "200ms", "lock_after": 500}`: "", // One read is not enough for these limits.
	}

	for _, name := range slices.Concat(references, []string{"docs/index.md", "internal/cmd/qcc-emulator/main.go"}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			url := testkit.Serve(t, service)

			found := control.FindAllStringSubmatch(testkit.ReadFile(t, name), -1)
			if len(found) < 3 {
				t.Fatalf("there are only the commands %v", found)
			}

			read := func() (qcc.Quota, error) {
				client, err := qcc.New(qcc.Config{
					Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: url,
					Timeout: qcc.DefaultTimeout, MaxRetries: qcc.DefaultMaxRetries,
				})
				if err != nil {
					t.Fatal(err)
				}

				return client.Quota(t.Context())
			}

			for _, command := range found {
				before, _ := read()
				requests := service.Requests()

				send(t, command[2], url+"/emulator/"+command[1], command[3])

				after, err := read()

				switch command[1] {
				case "consume":
					if got := *after.Modules["radar_id"].Consumed - *before.Modules["radar_id"].Consumed; !strings.Contains(command[3], fmt.Sprint(got)) {
						t.Errorf("%s adds %d", command[0], got)
					}
				case "modules":
					if len(after.Modules) != 1 || *after.Modules["radar_id"].Total != 5 {
						t.Errorf("%s leaves %v", command[0], after.Modules)
					}
				default:
					want, tested := reads[command[3]]
					if failed := err != nil; !tested || failed != (want != "") || failed && !strings.Contains(err.Error(), want) {
						t.Errorf("%s: the error is %v, want %q", command[0], err, want)
					}

					if retried := service.Requests()-requests == 3; retried != strings.Contains(command[3], "next") {
						t.Errorf("%s: the read has sent %d queries", command[0], service.Requests()-requests)
					}
				}
			}
		})
	}
}

// send sends a body, and fails unless it is accepted.
func send(t *testing.T, method, url, body string) {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if response.StatusCode != http.StatusOK {
		t.Errorf("%s %s %s: %s", method, url, body, response.Status)
	}
}

// TestPagesHaveTheFieldsOfAModule compares the tables of fields of the reference.
func TestPagesHaveTheFieldsOfAModule(t *testing.T) {
	t.Parallel()

	pages := []string{"docs/data-sources/quota.md", "docs/ephemeral-resources/quota.md", "docs/functions/shortfalls.md", gatePage}
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| .*$")

	var first string

	for _, page := range pages {
		table := section(t, page, "The fields of a quota module")

		var names []string

		found := rows.FindAllStringSubmatch(table, -1)
		for _, row := range found {
			names = append(names, row[1])
		}

		if !slices.Equal(names, []string{"name", "total", "consumed", "remaining", "deletable"}) {
			t.Errorf("%s has the fields %q", page, names)
		}

		text := fmt.Sprint(found)
		if first == "" {
			first = text
		}

		if text != first {
			t.Errorf("%s has the table\n%s\nand %s has\n%s", page, text, pages[0], first)
		}
	}
}
