// Command provider-mirror builds the provider as a release is built, and lays it into a filesystem mirror in the packed layout: one zip
// a platform, with the files of the release's, which terraform init takes without a registry.
package main

import (
	"archive/zip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/qccpro/terraform-provider-qcc/internal/tfcli"
)

const (
	module  = "github.com/qccpro/terraform-provider-qcc"
	address = "registry.terraform.io/qccpro/qcc"
)

var (
	released = regexp.MustCompile(`^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$`)
	targets  = regexp.MustCompile(`^[a-z0-9]+_[a-z0-9]+$`)
)

func main() {
	var dir, version, platforms string

	flag.StringVar(&dir, "dir", "", "the mirror's `folder`")
	flag.StringVar(&version, "version", "", "the provider's `version`")
	flag.StringVar(&platforms, "platforms", runtime.GOOS+"_"+runtime.GOARCH, "the `platforms`, such as linux_amd64,windows_amd64")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, dir, version, strings.Split(platforms, ","))

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, "provider-mirror:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, dir, version string, platforms []string) error {
	if dir == "" || version == "" {
		return errors.New("say where the mirror is, and which version it gets: see -help")
	}

	if !released.MatchString(version) {
		return fmt.Errorf("%q is not a version, such as 1.2.3", version)
	}

	for i, platform := range platforms {
		platforms[i] = strings.TrimSpace(platform)
		if !targets.MatchString(platforms[i]) {
			return fmt.Errorf("%q is not a platform, such as linux_amd64", platform)
		}
	}

	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}

	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}

	folder := filepath.Join(dir, filepath.FromSlash(address))
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // A mirror is there to be read.
		return err
	}

	for _, platform := range platforms {
		system, architecture, _ := strings.Cut(platform, "_")

		archive := filepath.Join(folder, fmt.Sprintf("terraform-provider-qcc_%s_%s.zip", version, platform))
		if err := pack(ctx, root, archive, version, system, architecture); err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}

		fmt.Fprintln(out, archive)
	}

	return nil
}

// moduleRoot is where this module is, and its license.
func moduleRoot(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}

	return filepath.Dir(strings.TrimSpace(string(output))), nil
}

// pack builds the provider for a platform into an archive, which is not there if that fails.
func pack(ctx context.Context, root, archive, version, system, architecture string) (err error) {
	work, err := os.MkdirTemp(filepath.Dir(archive), ".build-")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	name := "terraform-provider-qcc_v" + version
	if system == "windows" {
		name += ".exe"
	}

	binary := filepath.Join(work, name)

	if err := tfcli.Build(ctx, work, module, binary, version, system, architecture); err != nil {
		return err
	}

	packed := filepath.Join(work, "archive.zip")
	if err := writeZip(packed, map[string]os.FileMode{filepath.Join(root, "LICENSE"): 0o644, binary: 0o755}); err != nil {
		return err
	}

	return os.Rename(packed, archive)
}

// writeZip packs files, by path and with their modes, but without their times, so that the same files give the same archive.
func writeZip(archive string, files map[string]os.FileMode) (err error) {
	to, err := os.OpenFile(archive, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644) //nolint:gosec // A mirror is there to be read.
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, to.Close()) }()

	w := zip.NewWriter(to)

	for _, path := range slices.Sorted(maps.Keys(files)) {
		content, err := os.ReadFile(path) //nolint:gosec // The caller names what was just built.
		if err != nil {
			return err
		}

		header := &zip.FileHeader{Name: filepath.Base(path), Method: zip.Deflate}
		header.SetMode(files[path])

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
