package guides_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestFirstStepsShowWhatHappens runs the commands of the README, and then those of the tutorial that continues it, in one folder. The short
// lane runs the English README too, because it is a new user's first gate.
func TestFirstStepsShowWhatHappens(t *testing.T) {
	t.Parallel()

	for _, readme := range testkit.READMEs {
		t.Run(readme, func(t *testing.T) {
			t.Parallel()

			configuration := testkit.CodeBlocks(t, readme, "terraform")
			if len(configuration) != 1 {
				t.Fatalf("there are %d configurations, want 1", len(configuration))
			}

			ending := languages["English"]
			if testkit.IsChinese(readme) {
				ending = languages["Chinese"]
			}

			testkit.OnlyLong(t, testkit.IsChinese(readme), "the English README has the same configuration")

			s := serves(t, func(url string) *testkit.Folder {
				return testkit.NewFolder(t, url, map[string]string{"main.tf": configuration[0]})
			})
			testkit.SetLanguage(s.Folder, readme)

			s.follows(readme, 3, 2, "plan")

			if !testing.Short() {
				s.follows(filepath.Join(testkit.GuidesDir, "getting-started"+ending), 8, 5, "apply", "plan")
			}
		})
	}
}

// follows runs the commands of a page for Terraform and for the emulator, in their order. Those that fail must be the refused ones. Each
// output on the page must be a part of what the command before it says.
func (s scene) follows(page string, commands, outputs int, refused ...string) {
	s.t.Helper()

	var (
		said            string
		ran, shown      int
		refusedCommands []string
	)

	for _, block := range testkit.Blocks.FindAllStringSubmatch(testkit.ReadFile(s.t, page), -1) {
		if block[1] == "text" {
			shown++

			if text := strings.TrimSpace(block[2]); !strings.Contains(said, text) {
				s.t.Errorf("%s: Terraform does not say\n%s\nbut\n%s", page, text, said)
			}
		}

		for _, command := range testkit.Commands(block[2]) {
			switch {
			case block[1] != "console":
			case command[0] == "request":
				send(s.t, command, s.url)
			case command[0] == "terraform":
				ran++

				before := s.service.Requests()

				var code int
				if code, said = s.Run(command[1:]...); code != 0 {
					refusedCommands = append(refusedCommands, command[1])
				}

				if code != 0 && command[1] == "apply" {
					s.createsNoOrder()
				}

				if strings.Contains(said, "No changes.") && s.service.Requests() != before {
					s.t.Errorf("%s: %q adds nothing, and has sent a request", page, command)
				}
			}
		}
	}

	if ran != commands || shown != outputs || !slices.Equal(refusedCommands, refused) {
		s.t.Errorf("%s has %d commands, %d outputs and the refused commands %q, want %d, %d and %q", page, ran, shown, refusedCommands, commands, outputs, refused)
	}
}
