package documents_test

import (
	"fmt"
	"path/filepath"
	"regexp"
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
	{regexp.MustCompile(`^make install$`), `go run ./internal/cmd/provider-build -version 0.1.0 install $$env:APPDATA\terraform.d\plugins`},
	{regexp.MustCompile(`^make mirror DIR=(\S+) PLATFORMS=(\S+)$`), `go run ./internal/cmd/provider-build -version 0.1.0 -platforms $2 mirror $1`},
	{regexp.MustCompile(`/srv/terraform/providers`), `D:\terraform\providers`},
	{regexp.MustCompile(`^curl `), `curl.exe `},
}

// spelledOtherwise are the forms of commands that PowerShell spells otherwise. Each make target is a form of its own.
var spelledOtherwise = []*regexp.Regexp{
	regexp.MustCompile(`^export\b`), regexp.MustCompile(`^unset\b`), regexp.MustCompile(`^curl \$`), regexp.MustCompile(`^curl\b`),
	regexp.MustCompile(`^make [\w-]+`), regexp.MustCompile(`^\w+=\S* \w`), regexp.MustCompile(`^terraform .*(?:"|='\w)`), regexp.MustCompile(`\bgrep\b`),
	regexp.MustCompile(`\\$`),
}

// formOf returns the form of a command in bash, or an empty string if PowerShell has the same command.
func formOf(command string) string {
	for _, form := range spelledOtherwise {
		if found := form.FindString(command); strings.HasPrefix(found, "make ") {
			return found
		} else if found != "" {
			return form.String()
		}
	}

	return ""
}

// comparePowerShell returns what is wrong with the tables of the page on PowerShell, and the forms of commands that it translates.
func comparePowerShell(page string) (wrong []string, forms map[string]bool) {
	forms = map[string]bool{}

	for _, row := range regexp.MustCompile("(?m)^\\| [^`|]*`([^`]+)` \\| `+ ?([^|]+?) ?`+ \\|(?: `([^`]+)` \\|)?$").FindAllStringSubmatch(page, -1) {
		bash, powerShell, old := row[1], row[2], row[3]
		forms[formOf(bash)] = true

		variable := regexp.MustCompile(`^(\w+)=(\w+) (.*)$`).FindStringSubmatch(bash)

		var want string

		switch {
		case bash == `\`:
			want = "`"
		case bash == "grep":
			want = "Select-String"
		case old != "":
			want = regexp.MustCompile(`(-\w+=)'`).ReplaceAllString(bash, "'$1")
			want += " and " + strings.ReplaceAll(want, `"`, `\"`)
			powerShell += " and " + old
		case variable != nil:
			want = fmt.Sprintf("$env:%s = %q; %s", variable[1], variable[2], variable[3])
		default:
			want = strings.Join(testkit.Commands(bash)[0], " ")
			for _, rule := range inPowerShell {
				want = rule.bash.ReplaceAllString(want, rule.powerShell)
			}

			powerShell = strings.Join(testkit.Commands(powerShell)[0], " ")
		}

		if formOf(bash) == "" || powerShell != want {
			wrong = append(wrong, bash+" is "+powerShell+" in PowerShell, want "+want)
		}
	}

	return wrong, forms
}

// TestPowerShellHasTheSameCommands compares both columns of the page on PowerShell. Each form of command on the other pages that PowerShell
// spells otherwise must have a row there.
func TestPowerShellHasTheSameCommands(t *testing.T) {
	t.Parallel()

	translated := map[string]map[string]bool{}

	for _, page := range []string{"powershell.md", "powershell" + testkit.ChineseSuffix} {
		wrong, forms := comparePowerShell(testkit.ReadFile(t, filepath.Join(testkit.GuidesDir, page)))
		for _, problem := range wrong {
			t.Errorf("%s: %s", page, problem)
		}

		translated[page] = forms
	}

	for _, name := range documents(t) {
		if name == "CONTRIBUTING.md" { // Its readers have make.
			continue
		}

		for _, block := range testkit.Blocks.FindAllStringSubmatch(testkit.ReadFile(t, name), -1) {
			code := testkit.WithoutComments(block[2])

			switch {
			case block[1] == "powershell":
				t.Errorf("%s has a block for PowerShell:\n%s", name, code)
			case block[1] != "console" || strings.Contains(code, "$("): // Other languages, and scripts, which run in bash only.
			default:
				for line := range strings.Lines(code) {
					for page, forms := range translated {
						if form := formOf(strings.TrimRight(line, "\n")); form != "" && !forms[form] {
							t.Errorf("%s does not translate a command of %s: %s", page, name, line)
						}
					}
				}
			}
		}
	}
}
