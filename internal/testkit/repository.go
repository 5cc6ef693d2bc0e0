package testkit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// root returns the absolute path of this repository. It works from the folder of every package.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}

	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); !errors.Is(err, fs.ErrNotExist) {
			return dir, err
		}

		if dir == filepath.Dir(dir) {
			return "", errors.New("the tests do not run inside the repository")
		}

		dir = filepath.Dir(dir)
	}
}

// Path returns the absolute path of a file in this repository, such as "docs/guides".
func Path(t *testing.T, name string) string {
	t.Helper()

	root, err := root()
	if err != nil {
		t.Fatal(err)
	}

	return filepath.Join(root, filepath.FromSlash(name))
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

// MakeVersion returns the version that make install builds without a tag.
func MakeVersion(t *testing.T) string {
	t.Helper()

	version := regexp.MustCompile(`(?m)^VERSION \?= .*,([0-9.]+)\)$`).FindStringSubmatch(ReadFile(t, "GNUmakefile"))
	if version == nil {
		t.Fatal("GNUmakefile has no VERSION")
	}

	return version[1]
}
