package documents_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

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

	for line := range strings.Lines(strings.ReplaceAll(testkit.WithoutComments(block), "\\\n", "")) {
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

// TestPinsAllowWhatMakeInstalls compares the pins in documents and examples with the version that make install builds.
func TestPinsAllowWhatMakeInstalls(t *testing.T) {
	t.Parallel()

	want := `"~> ` + testkit.MakeVersion(t) + `"`

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
