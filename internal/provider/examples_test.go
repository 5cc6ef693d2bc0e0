package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

const examplesDir = "../../examples"

// exampleTests has a test for every folder below examples that has a configuration.
var exampleTests = map[string]func(*testing.T, *emulator.Emulator, *folder){
	"provider": func(t *testing.T, service *emulator.Emulator, f *folder) {
		t.Helper()
		f.succeeds(t, "validate")

		if err := os.WriteFile(filepath.Join(f.dir, "read.tf"), []byte(`data "qcc_quota" "this" {}`), 0o600); err != nil {
			t.Fatal(err)
		}

		service.Behave(emulator.Behavior{Code: 199})
		f.fails(t, "Number of attempts: 3. This was the last failure.", "plan") // Of max_retries = 2.
	},

	"data-sources/qcc_quota": func(t *testing.T, _ *emulator.Emulator, f *folder) {
		t.Helper()

		output := f.succeeds(t, "plan")
		if want := says("remaining = { + bene_id = 98 + natural_person_id = 50 + radar_id = 48 }"); !want.MatchString(output) {
			t.Errorf("the plan has not what is left of each module:\n%s", output)
		}
	},

	"gates/precondition": func(t *testing.T, service *emulator.Emulator, f *folder) {
		t.Helper()

		const required = `-var=qcc_required={radar_id=48, bene_id=98}`

		f.succeeds(t, "apply", "-auto-approve", required)

		for id, count := range map[string]int64{"radar_id": 48, "bene_id": 90} {
			if err := service.Consume(id, count); err != nil {
				t.Fatal(err)
			}
		}

		f.fails(t, "QCC quota is short by 90 for bene_id: required 98, remaining 8. QCC quota is short by 48 for radar_id: required 48, remaining 0.",
			"plan", required)
		f.fails(t, "QCC quota is short by 3 for new_id: required 3, not among the account's modules (bene_id, natural_person_id, radar_id).", "plan", "-var=qcc_required={new_id=3}")

		service.Behave(emulator.Behavior{Body: `{"status":"200","result":[{"id":"radar_id","totalCount":50}]}`})
		f.fails(t, "QCC quota is short by 1 for radar_id: required 1, remaining 0.", "plan", "-var=qcc_required={radar_id=1}")

		// Little quota is in nobody's way: not without an order, and not at destroy.
		service.Behave(emulator.Behavior{})
		service.SetModules(emulator.Module{ID: "radar_id", Total: 1, Consumed: 9})
		f.fails(t, "short by 10 for radar_id: required 2, remaining -8", "plan", "-var=qcc_required={radar_id=2}")
		f.succeeds(t, "plan")

		for _, wrong := range []string{"-1", "0.5", "null"} {
			f.fails(t, "A requirement must be a whole number, and not negative.", "plan", "-var=qcc_required={radar_id="+wrong+"}")
		}

		f.succeeds(t, "plan", "-var=qcc_required={radar_id=0}")
		f.succeeds(t, "destroy", "-auto-approve", required)
	},
}

func TestExamples(t *testing.T) {
	t.Parallel()

	var folders []string

	err := filepath.WalkDir(examplesDir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".tf") {
			return err
		}

		folder, err := filepath.Rel(examplesDir, filepath.Dir(path))
		if folder = filepath.ToSlash(folder); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	if len(folders) != len(exampleTests) {
		t.Errorf("there are %d examples %q and %d tests of examples", len(folders), folders, len(exampleTests))
	}

	for _, name := range folders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			test, tested := exampleTests[name]
			if !tested {
				t.Fatal("no test runs this example")
			}

			files := map[string]string{}

			paths, err := filepath.Glob(filepath.Join(examplesDir, name, "*.tf"))
			if err != nil {
				t.Fatal(err)
			}

			var all strings.Builder

			for _, path := range paths {
				content, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}

				files[filepath.Base(path)] = string(content)
				all.Write(content)
			}

			// The data source's example leaves to the provider's where the provider comes from.
			if !strings.Contains(all.String(), "required_providers") {
				files["terraform.tf"] = requiredProvider
			}

			service := emulator.New()
			test(t, service, newFolder(t, serve(t, service), files))
		})
	}
}
