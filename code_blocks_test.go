package main_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// command is one command of a code block: its words, without quotes. An assignment to an environment variable has the words "set" and
// NAME=value. A request to the emulator has the words "request", the method, the address and the body.
type command []string

// commands returns the commands of a code block for bash or PowerShell.
func commands(block string) []command {
	block = strings.NewReplacer("\\\n", " ", "`\n", " ").Replace(withoutComments(block))

	var found []command

	for line := range strings.Lines(block) {
		found = append(found, normalize(words(line))...)
	}

	return found
}

// words splits a line at spaces. Single and double quotes keep what is between them together.
func words(line string) []string {
	var (
		found []string
		word  strings.Builder
		quote rune
		open  bool
	)

	for _, r := range strings.TrimSpace(line) + " " {
		switch {
		case quote == 0 && unicode.IsSpace(r):
			if open {
				found = append(found, word.String())
			}

			word.Reset()

			open = false
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case r == quote:
			quote = 0
		default:
			word.WriteRune(r)

			open = true
		}
	}

	return found
}

// normalize gives the commands of both shells the same form.
func normalize(words []string) []command {
	at := func(flag string) string {
		if i := slices.Index(words, flag); i >= 0 && i+1 < len(words) {
			return words[i+1]
		}

		return ""
	}

	switch {
	case words[0] == "export":
		found := make([]command, 0, len(words)-1)
		for _, assignment := range words[1:] {
			found = append(found, command{"set", assignment})
		}

		return found
	case strings.HasPrefix(words[0], "$env:") && len(words) == 3 && words[1] == "=":
		return []command{{"set", strings.TrimPrefix(words[0], "$env:") + "=" + words[2]}}
	case words[0] == "curl" && slices.Contains(words, "-X"):
		return []command{{"request", at("-X"), words[1], at("-d")}}
	case words[0] == "Invoke-RestMethod":
		return []command{{"request", strings.ToUpper(at("-Method")), strings.Replace(at("-Uri"), "$env:", "$", 1), at("-Body")}}
	default:
		return []command{words}
	}
}

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

			for _, block := range blocks.FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(guidesDir, guide)), -1) {
				if block[1] == "console" || block[1] == "bash" {
					bash = block[2]
				}

				if block[1] != "powershell" || onlyPowerShell.MatchString(block[2]) {
					continue
				}

				compared++

				var want, got []string

				for _, command := range commands(bash) {
					want = append(want, inPowerShell.Replace(strings.Join(command, " ")))
				}

				for _, command := range commands(block[2]) {
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
		all := blocks.FindAllStringSubmatch(testkit.ReadFile(t, filepath.Join(guidesDir, guide)), -1)

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

	pages, err := filepath.Glob(guidesDir + "/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("there is no guide: %v", err)
	}

	comment := regexp.MustCompile(`(^|\s)#`)

	for _, page := range pages {
		for _, block := range blocks.FindAllStringSubmatch(testkit.ReadFile(t, page), -1) {
			for line := range strings.Lines(block[2]) {
				line = strings.TrimRight(line, "\n")
				if slices.Contains(comparedLanguages, block[1]) && comment.MatchString(line) && width(line) > pageWidth {
					t.Errorf("%s: %d columns, want at most %d: %s", page, width(line), pageWidth, line)
				}
			}
		}
	}
}
