// Command provider-mirror builds the provider as a release is built, and lays it into a filesystem mirror in the packed layout: one zip
// a platform, which terraform init takes without a registry, and which a web server can offer.
package main

import (
	"archive/zip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

const (
	module  = "github.com/qccpro/terraform-provider-qcc"
	address = "registry.terraform.io/qccpro/qcc"
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

	folder := filepath.Join(dir, filepath.FromSlash(address))
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // A mirror is there to be read.
		return err
	}

	for _, platform := range platforms {
		system, architecture, ok := strings.Cut(platform, "_")
		if !ok {
			return fmt.Errorf("%q is not a platform, such as linux_amd64", platform)
		}

		archive := filepath.Join(folder, fmt.Sprintf("terraform-provider-qcc_%s_%s.zip", version, platform))
		if err := pack(ctx, archive, version, system, architecture); err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}

		fmt.Fprintln(out, archive)
	}

	return nil
}

// pack builds the provider for a platform into an archive, which is not there if that fails.
func pack(ctx context.Context, archive, version, system, architecture string) (err error) {
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
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags=nethttpomithttp2", //nolint:gosec // As above.
		"-ldflags=-s -w -X main.version="+version, "-o", binary, module)

	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly", "GOOS="+system, "GOARCH="+architecture)

	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the provider: %w\n%s", err, output)
	}

	packed := filepath.Join(work, "archive.zip")
	if err := writeZip(packed, binary); err != nil {
		return err
	}

	return os.Rename(packed, archive)
}

// writeZip packs one executable file, without its time, so that the same file gives the same archive.
func writeZip(archive, file string) (err error) {
	from, err := os.Open(file) //nolint:gosec // It was just built.
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, from.Close()) }()

	to, err := os.OpenFile(archive, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644) //nolint:gosec // A mirror is there to be read.
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, to.Close()) }()

	w := zip.NewWriter(to)
	header := &zip.FileHeader{Name: filepath.Base(file), Method: zip.Deflate}
	header.SetMode(0o755)

	entry, err := w.CreateHeader(header)
	if err != nil {
		return err
	}

	if _, err := io.Copy(entry, from); err != nil {
		return err
	}

	return w.Close()
}
