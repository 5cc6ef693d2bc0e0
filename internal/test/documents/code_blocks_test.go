package documents_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// guidesWithPowerShell are the guides whose commands each stand beside the same commands for PowerShell.
var guidesWithPowerShell = []string{"gate-a-plan.md", "gate-an-apply.md", "testing-with-mocks.md", "behind-a-proxy-or-mirror.md"}

// inPowerShell maps words of commands for bash to those for PowerShell, where make and the folders of Linux are missing.
// TestGuideBuildsTheProvider runs the commands of both.
var inPowerShell = strings.NewReplacer(
	"make emulator ARGS=", "go run ./internal/cmd/qcc-emulator ",
	"make install", `go run ./internal/cmd/provider-build -version 0.1.0 install $env:APPDATA\terraform.d\plugins`,
	"make mirror DIR=/srv/terraform/providers PLATFORMS=linux_amd64,windows_amd64",
	`go run ./internal/cmd/provider-build -version 0.1.0 -platforms linux_amd64,windows_amd64 mirror D:\terraform\providers`,
	"/srv/terraform/providers", `D:\terraform\providers`,
)

// onlyPowerShell matches blocks that no test can run here: a script, and what Windows has in place of the commands of Linux.
var onlyPowerShell = regexp.MustCompile(`\$LASTEXITCODE|^Import-Certificate`)

// TestPowerShellHasTheSameCommands compares each code block for PowerShell with the one for bash above it.
func TestPowerShellHasTheSameCommands(t *testing.T) {
	t.Parallel()

	for _, guide := range guidesWithPowerShell {
		t.Run(guide, func(t *testing.T) {
			t.Parallel()

			var bash string

			compared := 0

			for _, block := range testkit.Blocks.FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, guide)), -1) {
				if block[1] == "console" || block[1] == "bash" {
					bash = block[2]
				}

				if block[1] != "powershell" || onlyPowerShell.MatchString(block[2]) {
					continue
				}

				compared++

				var want, got []string

				for _, command := range testkit.Commands(bash) {
					want = append(want, inPowerShell.Replace(strings.Join(command, " ")))
				}

				for _, command := range testkit.Commands(block[2]) {
					got = append(got, strings.Join(command, " "))
				}

				if !slices.Equal(got, want) {
					t.Errorf("PowerShell runs\n%q\nand bash\n%q", got, want)
				}
			}

			if compared == 0 {
				t.Error("there are no commands for PowerShell")
			}
		})
	}
}

// TestPowerShellFollowsEachVariable finds commands that set a variable, and have no twin for PowerShell.
func TestPowerShellFollowsEachVariable(t *testing.T) {
	t.Parallel()

	for _, guide := range guidesWithPowerShell {
		all := testkit.Blocks.FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, guide)), -1)

		for i, block := range all {
			if !regexp.MustCompile(`(?m)^(?:export|make|curl) |\$QCC_`).MatchString(block[2]) || block[1] != "console" && block[1] != "bash" {
				continue
			}

			if i+1 == len(all) || all[i+1][1] != "powershell" {
				t.Errorf("%s has no commands for PowerShell behind\n%s", guide, block[2])
			}
		}
	}
}

// pageWidth is how many columns a code block of the registry shows without scrolling.
const pageWidth = 80

// width returns how many columns a line takes. A Han character takes two.
func width(line string) int {
	columns := 0

	for _, r := range line {
		columns++

		if isHan(r) || r >= '\u3000' && r <= '\u303f' || r >= '\uff00' && r <= '\uff60' {
			columns++
		}
	}

	return columns
}

// TestCommentsFitThePage measures the comments in code blocks of the guides.
func TestCommentsFitThePage(t *testing.T) {
	t.Parallel()

	pages, err := filepath.Glob(testkit.GuidesDir + "/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("there is no guide: %v", err)
	}

	comment := regexp.MustCompile(`(^|\s)#`)

	for _, page := range pages {
		for _, block := range testkit.Blocks.FindAllStringSubmatch(testkit.ReadFile(t, page), -1) {
			for line := range strings.Lines(block[2]) {
				line = strings.TrimRight(line, "\n")
				if slices.Contains(comparedLanguages, block[1]) && comment.MatchString(line) && width(line) > pageWidth {
					t.Errorf("%s: %d columns, want at most %d: %s", page, width(line), pageWidth, line)
				}
			}
		}
	}
}
