package testkit

import (
	"archive/zip"
	"io"
	"path/filepath"
)

// SavedPlan returns the uncompressed members of a saved plan by name.
func (f *Folder) SavedPlan(name string) map[string]string {
	f.t.Helper()

	archive, err := zip.OpenReader(filepath.Join(f.Dir, name))
	if err != nil {
		f.t.Fatal(err)
	}
	defer archive.Close() //nolint:errcheck // It was only read.

	members := map[string]string{}

	for _, file := range archive.File {
		content, err := readMember(file)
		if err != nil {
			f.t.Fatal(err)
		}

		members[file.Name] = content
	}

	return members
}

func readMember(file *zip.File) (string, error) {
	member, err := file.Open()
	if err != nil {
		return "", err
	}
	defer member.Close() //nolint:errcheck // It was only read.

	content, err := io.ReadAll(member)

	return string(content), err
}
