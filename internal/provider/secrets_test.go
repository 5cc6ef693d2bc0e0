package provider_test

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// tokens is a server that remembers every Token, and may answer with all that it was sent.
type tokens struct {
	service *emulator.Emulator
	// echo is what it answers; empty means that the emulator answers. %s is the request.
	echo        string
	contentType string
	status      int

	mu   sync.Mutex
	seen []string
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.seen = append(s.seen, r.Header.Get("Token"))
	s.mu.Unlock()

	if s.echo == "" {
		s.service.ServeHTTP(w, r)

		return
	}

	request := fmt.Sprintf("%s Token: %s Secret: %s", r.URL.RequestURI(), r.Header.Get("Token"), emulator.DefaultSecretKey)

	w.Header().Set("Content-Type", s.contentType+request)
	w.Header().Set("Location", "http://"+emulator.DefaultKey+".invalid"+r.URL.RequestURI())
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, strings.ReplaceAll(s.echo, "%s", request))
}

// secrets returns what may not be seen anywhere.
func (s *tokens) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return append([]string{emulator.DefaultKey, emulator.DefaultSecretKey}, s.seen...)
}

// leaks returns the places that have a secret in them.
func leaks(secrets []string, places map[string]string) []string {
	var found []string

	for place, content := range places {
		for _, secret := range secrets {
			if strings.Contains(strings.ToLower(content), strings.ToLower(secret)) {
				found = append(found, place)
			}
		}
	}

	return found
}

func TestLeaksAreFound(t *testing.T) {
	t.Parallel()

	if got := leaks([]string{"ABC"}, map[string]string{"a": "xabcx", "b": "x"}); len(got) != 1 || got[0] != "a" {
		t.Errorf("leaks are found in %q, want a", got)
	}
}

// TestNothingTellsASecret looks at all that Terraform writes, with logs of everything, for the credentials and every Token.
func TestNothingTellsASecret(t *testing.T) {
	t.Parallel()

	for name, server := range map[string]*tokens{
		"success":          {service: emulator.New()},
		"refusal":          {service: emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 107}))},
		"broken":           {service: emulator.New(emulator.WithBehavior(emulator.Behavior{Drop: emulator.DropHalf}))},
		"echo in a status": {echo: `{"status":"101","msg":"%s"}`, status: http.StatusOK},
		"echo in a page":   {echo: "<html>%s</html>", contentType: "text/html; ", status: http.StatusOK},
		"echo in a count":  {echo: `{"status":"200","result":[{"id":"radar_id","totalCount":"%s"}]}`, status: http.StatusOK},
		"echo with 500":    {echo: "%s", status: http.StatusInternalServerError},
		"echo with 302":    {echo: "%s", status: http.StatusFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := newFolder(t, serve(t, server), map[string]string{
				"main.tf": rootModule, "provider.tf": "provider \"qcc\" {\n  max_retries = 0\n}\n",
			})
			f.env = append(f.env, "TF_LOG=TRACE")

			places := map[string]string{}

			_, places["plan's output"] = f.run(t, "plan", "-out=saved")
			_, places["plan as JSON"] = f.run(t, "show", "-json", "saved")
			_, places["apply's output"] = f.run(t, "apply", "saved")

			if !strings.Contains(places["plan's output"], "[TRACE]") {
				t.Fatal("there is no log to look at")
			}

			err := filepath.WalkDir(f.dir, func(path string, entry os.DirEntry, err error) error {
				if err != nil || !entry.Type().IsRegular() {
					return err
				}

				content, err := os.ReadFile(path)
				places[path] = string(content)

				return err
			})
			if err != nil {
				t.Fatal(err)
			}

			maps.Copy(places, unzip(t, filepath.Join(f.dir, "saved")))

			if len(server.secrets()) < 3 {
				t.Fatal("no Token was sent")
			}

			if found := leaks(server.secrets(), places); len(found) > 0 {
				t.Errorf("there are secrets in %q", found)
			}
		})
	}
}

// unzip returns the members of a saved plan; none if there is no plan.
func unzip(t *testing.T, path string) map[string]string {
	t.Helper()

	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil
	}
	defer archive.Close()

	members := map[string]string{}

	for _, file := range archive.File {
		member, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}

		content, err := io.ReadAll(member)
		if err != nil {
			t.Fatal(err)
		}

		members[file.Name] = string(content)
	}

	return members
}
