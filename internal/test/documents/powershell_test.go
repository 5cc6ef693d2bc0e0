package documents_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// inPowerShell maps commands for bash to those for PowerShell, where make and the folders of Linux are missing. testkit.Commands gives
// both shells the same form for variables and requests. TestEveryWayToInstallGivesOneChecksum runs the commands that build.
var inPowerShell = []struct {
	bash       *regexp.Regexp
	powerShell string
}{
	{regexp.MustCompile(`^make demo$`), `go run ./internal/cmd/qcc-demo`},
	{regexp.MustCompile(`^make test$`), `go test -short ./...`},
	{regexp.MustCompile(`^make emulator ARGS=`), `go run ./internal/cmd/qcc-emulator `},
	{regexp.MustCompile(`^make install$`), `make install VERSION=0.1.0`},
	{regexp.MustCompile(`^make install VERSION=(\S+)$`), `go run ./internal/cmd/provider-build -version $1 install $$env:APPDATA\terraform.d\plugins`},
	{regexp.MustCompile(`^make mirror DIR=(\S+) PLATFORMS=(\S+)$`), `go run ./internal/cmd/provider-build -version 0.1.0 -platforms $2 mirror $1`},
	{regexp.MustCompile(`/srv/terraform/providers`), `D:\terraform\providers`},
	{regexp.MustCompile(`^curl `), `curl.exe `},
	{regexp.MustCompile(`\| grep `), `| Select-String `},
}

// onlyPowerShell matches blocks that no test can run here: scripts, and what Windows has in place of the commands of Linux.
var onlyPowerShell = regexp.MustCompile(`\$LASTEXITCODE|Import-Certificate|Get-Content`)

// misquoted matches words that PowerShell reads in another way than bash, after quoted texts became "": an assigned text without quotes,
// and a list or a block. PowerShell does not replace a variable in single quotes, which onlyText matches.
var (
	quoted    = regexp.MustCompile(`"[^"\n]*"|'[^'\n]*'`)
	misquoted = regexp.MustCompile(`(?m)^\$\w+(?::\w+)? = [^"]|[,{}\[\]]`)
	onlyText  = regexp.MustCompile(`(?m)^[^'\n]*'[^'\n]*\$env:`)
)

// shellCommands returns the commands of a code block, one a line, as PowerShell spells them. It reports whether bash spells one otherwise.
func shellCommands(language, block string) (string, bool) {
	if language == "powershell" {
		for _, local := range regexp.MustCompile(`(?m)^(\$\w+) = "(.*)"\n`).FindAllStringSubmatch(block, -1) {
			block = strings.ReplaceAll(strings.Replace(block, local[0], "", 1), local[1], local[2])
		}
	}

	words, differs := testkit.Commands(block), false
	commands := make([]string, 0, len(words))

	for _, words := range words {
		command := strings.Join(words, " ")

		for _, rule := range inPowerShell {
			if language != "powershell" {
				command = rule.bash.ReplaceAllString(command, rule.powerShell)
			}
		}

		differs = differs || command != strings.Join(words, " ") || slices.Contains([]string{"set", "unset", "request"}, words[0])
		commands = append(commands, command)
	}

	return strings.Join(commands, "\n"), differs
}

// comparePowerShell returns what is wrong with the PowerShell on a page, and how many of its blocks have the commands of the one before.
func comparePowerShell(page string) (wrong []string, compared int) {
	blocks := testkit.Blocks.FindAllStringSubmatch(page, -1)

	for i, block := range blocks {
		after := append(blocks[min(i+1, len(blocks)):], []string{"", "", ""})[0]

		switch block[1] {
		case "console", "bash":
			want, differs := shellCommands(block[1], block[2])
			got, _ := shellCommands(after[1], after[2])

			switch {
			case after[1] == "powershell" && onlyPowerShell.MatchString(after[2]):
			case after[1] == "powershell" && got == want:
				compared++
			case after[1] == "powershell" || differs:
				wrong = append(wrong, "behind\n"+block[2]+"there is\n"+after[0]+"\nwant in PowerShell\n"+want)
			}
		case "powershell":
			code := testkit.WithoutComments(block[2])
			if !onlyPowerShell.MatchString(code) && (i == 0 || onlyText.MatchString(code) || misquoted.MatchString(quoted.ReplaceAllString(code, `""`))) {
				wrong = append(wrong, "PowerShell reads something else than bash in\n"+block[2])
			}
		}
	}

	return wrong, compared
}

// TestPowerShellHasTheSameCommands compares each code block for PowerShell with the one for bash above it. Commands that PowerShell spells
// differently need such a block.
func TestPowerShellHasTheSameCommands(t *testing.T) {
	t.Parallel()

	total := 0

	for _, name := range documents(t) {
		if name == "CONTRIBUTING.md" { // Its readers have make.
			continue
		}

		wrong, compared := comparePowerShell(testkit.ReadFile(t, name))
		total += compared

		for _, problem := range wrong {
			t.Errorf("%s: %s", name, problem)
		}
	}

	if total < 60 {
		t.Errorf("only %d blocks were compared", total)
	}
}
