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

// license is the file that a package has beside the binary, as the archives of a release do. Terraform's checksum of a package (h1)
// covers the names and the contents of all its files, so every layout has the same two.
const license = "LICENSE"

// UnpackedPath returns where the binary is in a filesystem mirror in the unpacked layout: a folder for each platform.
func (p Provider) UnpackedPath(mirror, registry string) string {
	return filepath.Join(mirror, filepath.FromSlash(p.source(registry)), p.Version, p.Platform, p.FileName())
}

// PackedPath returns where the archive is in a filesystem mirror in the packed layout: a zip for each platform, named as a release's.
func (p Provider) PackedPath(mirror string) string {
	name := fmt.Sprintf("terraform-provider-%s_%s_%s.zip", p.Name, p.Version, p.Platform)

	return filepath.Join(mirror, filepath.FromSlash(p.source(Registry)), name)
}

// Install builds the provider into a filesystem mirror in the unpacked layout.
func (p Provider) Install(ctx context.Context, mirror string) error {
	return p.pack(ctx, mirror, func(binary, license string) error {
		to := p.UnpackedPath(mirror, Registry)
		folder := filepath.Dir(to)

		if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // A mirror is there to be read.
			return err
		}

		return errors.Join(os.Rename(license, filepath.Join(folder, filepath.Base(license))), os.Rename(binary, to))
	})
}

// Mirror builds the provider into a filesystem mirror in the packed layout. The same sources give the same archive.
func (p Provider) Mirror(ctx context.Context, mirror string) error {
	return p.pack(ctx, mirror, func(binary, license string) error {
		archive := filepath.Join(filepath.Dir(binary), "archive.zip")
		if err := writeZip(archive, license, binary); err != nil {
			return err
		}

		return os.Rename(archive, p.PackedPath(mirror))
	})
}

// pack builds what a package has, and calls lay to put it into the mirror. Both files are in a folder of the mirror for that time.
func (p Provider) pack(ctx context.Context, mirror string, lay func(binary, license string) error) error {
	return inWorkFolder(filepath.Join(mirror, filepath.FromSlash(p.source(Registry))), func(work string) error {
		binary := filepath.Join(work, p.FileName())
		if err := p.Binary(ctx, binary); err != nil {
			return err
		}

		root, err := moduleRoot(ctx)
		if err != nil {
			return err
		}

		text, err := os.ReadFile(filepath.Join(root, license)) //nolint:gosec // It is the project's own.
		if err != nil {
			return err
		}

		beside := filepath.Join(work, license)
		if err := os.WriteFile(beside, text, 0o644); err != nil { //nolint:gosec // A mirror is there to be read.
			return err
		}

		return lay(binary, beside)
	})
}

// moduleRoot returns the folder of the module that the working directory is in.
func moduleRoot(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}

	return filepath.Dir(strings.TrimSpace(string(output))), nil
}

// writeZip packs files under their own names. It keeps their modes but not their times, so that the same files give the same archive.
func writeZip(archive string, files ...string) (err error) {
	to, err := os.OpenFile(archive, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644) //nolint:gosec // A mirror is there to be read.
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, to.Close()) }()

	w := zip.NewWriter(to)

	for _, file := range files {
		content, err := os.ReadFile(file) //nolint:gosec // The caller names what was just built.
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
