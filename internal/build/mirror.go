package build

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// license is the second file of a package, as in the archives of a release. Terraform's package checksum (h1) covers the names and
// contents of all files, so every layout must have the same two.
const license = "LICENSE"

// UnpackedPath returns the path of the binary in an unpacked filesystem mirror. That mirror has a folder for each platform.
func (p Provider) UnpackedPath(mirror string) string {
	return filepath.Join(mirror, filepath.FromSlash(p.source()), p.Version, p.Platform, p.FileName())
}

// PackedPath returns the path of the archive in a packed filesystem mirror. That mirror has a zip for each platform, with the name that a
// release gives it.
func (p Provider) PackedPath(mirror string) string {
	name := fmt.Sprintf("terraform-provider-%s_%s_%s.zip", p.Name, p.Version, p.Platform)

	return filepath.Join(mirror, filepath.FromSlash(p.source()), name)
}

// Install builds the provider into an unpacked filesystem mirror.
func (p Provider) Install(ctx context.Context, mirror string) error {
	return p.pack(ctx, mirror, func(binary, license string) error {
		to := p.UnpackedPath(mirror)
		folder := filepath.Dir(to)

		if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // Every user may read a mirror.
			return err
		}

		return errors.Join(os.Rename(license, filepath.Join(folder, filepath.Base(license))), os.Rename(binary, to))
	})
}

// Mirror builds the provider into a packed filesystem mirror. The same sources produce the same archive.
func (p Provider) Mirror(ctx context.Context, mirror string) error {
	return p.pack(ctx, mirror, func(binary, license string) error {
		archive := filepath.Join(filepath.Dir(binary), "archive.zip")
		if err := writeZip(archive, license, binary); err != nil {
			return err
		}

		return os.Rename(archive, p.PackedPath(mirror))
	})
}

// pack builds the files of a package, and calls lay to move them. Both are in a temporary folder of the mirror, so that lay can rename
// them.
func (p Provider) pack(ctx context.Context, mirror string, lay func(binary, license string) error) error {
	return inWorkFolder(filepath.Join(mirror, filepath.FromSlash(p.source())), func(work string) error {
		binary := filepath.Join(work, p.FileName())
		if err := p.Binary(ctx, binary); err != nil {
			return err
		}

		root, err := Root(ctx)
		if err != nil {
			return err
		}

		text, err := os.ReadFile(filepath.Join(root, license)) //nolint:gosec // The file belongs to the project.
		if err != nil {
			return err
		}

		beside := filepath.Join(work, license)
		if err := os.WriteFile(beside, text, 0o644); err != nil { //nolint:gosec // Every user may read a mirror.
			return err
		}

		return lay(binary, beside)
	})
}

// Root returns the root folder of the module around the working directory.
func Root(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}

	file := strings.TrimSpace(string(output))
	if filepath.Base(file) != "go.mod" {
		return "", errors.New("the working directory is in no Go module")
	}

	return filepath.Dir(file), nil
}

// writeZip packs files under their base names. The archive is reproducible, because it has fixed modes and no times.
func writeZip(archive string, files ...string) (err error) {
	to, err := os.OpenFile(archive, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644) //nolint:gosec // Every user may read a mirror.
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, to.Close()) }()

	w := zip.NewWriter(to)

	for _, file := range files {
		content, err := os.ReadFile(file) //nolint:gosec // The caller has just built these files.
		if err != nil {
			return err
		}

		header := &zip.FileHeader{Name: filepath.Base(file), Method: zip.Deflate}
		header.SetMode(0o644)

		if filepath.Base(file) != license {
			header.SetMode(0o755)
		}

		entry, err := w.CreateHeader(header)
		if err != nil {
			return err
		}

		if _, err := entry.Write(content); err != nil {
			return err
		}
	}

	return w.Close()
}
