package testkit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Path returns the absolute path of a file in this repository, such as "docs/guides". It works from the folder of every package.
func Path(t *testing.T, name string) string {
	t.Helper()

	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}

	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); !errors.Is(err, fs.ErrNotExist) {
			return filepath.Join(root, filepath.FromSlash(name))
		}

		if root == filepath.Dir(root) {
			t.Fatal("the tests do not run inside the repository")
		}

		root = filepath.Dir(root)
	}
}

// ReadFile returns the content of a file.
func ReadFile(t *testing.T, path string) string {
	t.Helper()

	content, err := os.ReadFile(path) //nolint:gosec // A test provides the path.
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

// Examples returns the names of the root modules below examples, such as "gates/apply". It does not return folders inside of a root
// module, because they are its child modules.
func Examples(t *testing.T) []string {
	t.Helper()

	var found []string

	examples := os.DirFS(Path(t, "examples"))

	err := fs.WalkDir(examples, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}

		configurations, err := fs.Glob(examples, name+"/*.tf")
		if err != nil || len(configurations) == 0 {
			return err
		}

		found = append(found, name)

		return fs.SkipDir
	})
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// Example returns the files of an example by name, including child modules and tests.
func Example(t *testing.T, name string) map[string]string {
	t.Helper()

	example := os.DirFS(Path(t, "examples/"+name))
	files := map[string]string{}

	err := fs.WalkDir(example, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		content, err := fs.ReadFile(example, name)
		files[name] = string(content)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return files
}
