// Package guides_test runs what the pages show: each configuration, command and message that a reader meets. Pages change rarely, so the
// short lane only reads them, and runs the first gate of the README.
package guides_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, without the developer's own Terraform configuration and credentials.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

// scene is a root module with Terraform, and the service to which its provider sends requests.
type scene struct {
	*testkit.Folder

	t       *testing.T
	service *emulator.Emulator
	url     string // The address of the service.
}

// newScene creates a root module whose provider runs in this process. It skips the test in the short lane.
func newScene(t *testing.T, files map[string]string) scene {
	t.Helper()

	return sceneIn(t, testkit.NewAttachedFolder, files)
}

// sceneIn creates a scene in a folder of testkit. It skips the test in the short lane.
func sceneIn(t *testing.T, create func(t *testing.T, baseURL string, files map[string]string) *testkit.Folder, files map[string]string) scene {
	t.Helper()
	testkit.OnlyLong(t, true, "pages change rarely")

	return serves(t, func(url string) *testkit.Folder { return create(t, url, files) })
}

// serves starts a service for the folder that create returns.
func serves(t *testing.T, create func(url string) *testkit.Folder) scene {
	t.Helper()

	service := emulator.New()
	url := testkit.Serve(t, service)

	return scene{create(url), t, service, url}
}

// consume adds count to the consumed quota of a module.
func (s scene) consume(id string, count int64) {
	s.t.Helper()
	testkit.Consume(s.t, s.service, id, count)
}

// isNotAsked fails at the end of the test if the service has received a query.
func (s scene) isNotAsked() scene {
	s.t.Cleanup(func() {
		if s.service.Requests() != 0 {
			s.t.Errorf("the service received %d queries, want 0", s.service.Requests())
		}
	})

	return s
}

// says runs a Terraform command, which must succeed and print text.
func (s scene) says(text string, args ...string) {
	s.t.Helper()

	if output := s.Succeeds(args...); !testkit.Says(text).MatchString(output) {
		s.t.Errorf("terraform %s does not say %q:\n%s", strings.Join(args, " "), text, output)
	}
}

// createsNoOrder fails if an apply that was refused has created an order.
func (s scene) createsNoOrder() {
	s.t.Helper()

	if created := s.Succeeds("state", "list"); strings.Contains(created, "terraform_data.") {
		s.t.Errorf("the apply has created\n%s", created)
	}
}

// send sends a request of a page to the control API of the emulator at url. It must be accepted.
func send(t *testing.T, request testkit.Command, url string) {
	t.Helper()

	req, err := http.NewRequestWithContext(t.Context(), request[1], strings.Replace(request[2], "$QCC_BASE_URL", url, 1), strings.NewReader(request[3]))
	if err != nil {
		t.Fatal(err)
	}

	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()

	if resp.StatusCode != http.StatusOK {
		t.Errorf("%q: %s", request, resp.Status)
	}
}

// languages are the endings of the names of guides that are twins.
var languages = map[string]string{"English": ".md", "Chinese": testkit.ChineseSuffix}

// blocksOf returns the code blocks of a guide in one language, such as "terraform". There must be count.
func blocksOf(t *testing.T, guide, language string, count int) []string {
	t.Helper()

	blocks := testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, guide), language)
	if len(blocks) != count {
		t.Fatalf("%s has %d blocks in %s, want %d", guide, len(blocks), language, count)
	}

	return blocks
}

// firstConfiguration returns the first configuration of a guide, to which its other ones belong.
func firstConfiguration(t *testing.T, guide string) string {
	t.Helper()

	return testkit.CodeBlocks(t, filepath.Join(testkit.GuidesDir, guide), "terraform")[0]
}

// ruleConfiguration returns the first rule of the guide "Rules of your own", with the first lines of the guide "Gate orders".
func ruleConfiguration(t *testing.T) string {
	t.Helper()

	head, _, _ := strings.Cut(firstConfiguration(t, "gate-orders.md"), "\n\n# ")

	return head + "\n\n" + firstConfiguration(t, "rules-of-your-own.md")
}

// topLevelBlock matches a block of a configuration: what is before its brace, and its first line, which tells provider blocks and locals
// apart.
var topLevelBlock = regexp.MustCompile(`(?ms)^(\w[^{\n]*?) ?\{(?:\}[^\n]*$|\n *([^\n]*)\n.*?^\}$|\n\}$)`)

// overlay returns a configuration with further blocks. They take the place of the blocks of the same name.
func overlay(configuration, blocks string) string {
	name := func(block []string) string {
		if strings.HasPrefix(block[1], "provider") || block[1] == "locals" {
			return block[1] + strings.Fields(block[2] + " {}")[0]
		}

		return block[1]
	}

	for _, block := range topLevelBlock.FindAllStringSubmatch(blocks, -1) {
		for _, other := range topLevelBlock.FindAllStringSubmatch(configuration, -1) {
			if name(other) == name(block) {
				configuration = strings.Replace(configuration, other[0], "", 1)
			}
		}
	}

	return configuration + "\n" + blocks
}

// refusal returns what Terraform says from its first error on.
func refusal(t *testing.T, output string) string {
	t.Helper()

	_, text, found := strings.Cut(output, "\nError: ")
	if !found {
		t.Fatalf("there is no error in\n%s", output)
	}

	return "Error: " + text
}
