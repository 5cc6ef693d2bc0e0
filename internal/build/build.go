// Package build builds the provider. The make targets build, install and mirror, the demo, the tests and the measurements use it. A
// release cannot, because .goreleaser.yml builds it; a test compares the two.
package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Module is the path of this Go module. Its main package is the provider.
const Module = "github.com/qccpro/terraform-provider-qcc"

// Registry and namespace begin the provider's address: Terraform's default registry, and the owner's name there.
const (
	Registry  = "registry.terraform.io"
	namespace = "qccpro"
)

// Tags removes unused code from the binary: HTTP/2 in net/http, because the client sends requests over HTTP/1.1, and the web pages on
// which gRPC shows its calls, because the provider does not serve them.
const Tags = "nethttpomithttp2,grpcnotrace"

// Flags returns the flags of go build. None of them writes the place or the time of the build into the binary.
func Flags(version string) []string {
	return []string{"-trimpath", "-buildvcs=false", "-tags=" + Tags, "-ldflags=-s -w -X main.version=" + version}
}

// Environment returns the variables for go build. They override user settings that would change the binary.
func Environment() []string {
	return []string{
		"CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off",
		// These are the oldest processors that releases support.
		"GO386=sse2", "GOAMD64=v1", "GOARM=6", "GOARM64=v8.0",
	}
}

// Provider is one provider of this module, in one version, for one platform.
type Provider struct {
	Name     string // For example qcc.
	Package  string // The import path of its main package.
	Version  string // For example 1.2.3.
	Platform string // For example linux_amd64.

	// Kept is a folder for the binary, which several processes may share; "" if the binary is not kept. go build does not link a kept binary
	// again if nothing has changed. It replaces the binary by a rename, except on Windows.
	Kept string
}

// QCC returns the provider qcc, which users install.
func QCC(version, platform string) Provider {
	return Provider{Name: "qcc", Package: Module, Version: version, Platform: platform}
}

// Host returns the platform of the running program.
func Host() string { return runtime.GOOS + "_" + runtime.GOARCH }

// FileName returns the file name of the binary, as Terraform requires it.
func (p Provider) FileName() string {
	name := "terraform-provider-" + p.Name + "_v" + p.Version
	if strings.HasPrefix(p.Platform, "windows_") {
		name += ".exe"
	}

	return name
}

// source returns the provider's address, which is also its folder in a mirror.
func (p Provider) source() string { return path.Join(Registry, namespace, p.Name) }

// Binary builds the provider's binary at the path file. A failed build does not change that file.
func (p Provider) Binary(ctx context.Context, file string) error {
	return inWorkFolder(filepath.Dir(file), func(work string) error {
		built := filepath.Join(work, p.FileName())

		if err := p.build(ctx, built); err != nil {
			return err
		}

		return os.Rename(built, file)
	})
}

// build runs go build. If the provider has a folder Kept, it builds there and copies the binary.
func (p Provider) build(ctx context.Context, file string) error {
	to := file
	if p.Kept != "" {
		to = filepath.Join(p.Kept, p.FileName())
	}

	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // Every user may read the builds.
		return err
	}

	system, architecture, _ := strings.Cut(p.Platform, "_")

	command := exec.CommandContext(ctx, "go", append([]string{"build", "-o", to}, append(Flags(p.Version), p.Package)...)...) //nolint:gosec // The arguments are constants of this package and build settings.
	command.Env = append(os.Environ(), append(Environment(), "GOOS="+system, "GOARCH="+architecture, "GOTMPDIR="+filepath.Dir(to))...)

	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building the provider: %w\n%s", err, output)
	}

	if to == file {
		return nil
	}

	content, err := os.ReadFile(to) //nolint:gosec // This function has just built the file.
	if err != nil {
		return err
	}

	return os.WriteFile(file, content, 0o755) //nolint:gosec // Users execute the file.
}

// inWorkFolder calls do with a new temporary folder below parent, and removes the folder afterwards. It creates parent if necessary. An
// interrupted build leaves files in the temporary folder only.
func inWorkFolder(parent string, do func(work string) error) (err error) {
	parent, err = filepath.Abs(parent)
	if err != nil {
		return err
	}

	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // Every user may read a mirror.
		return err
	}

	work, err := os.MkdirTemp(parent, ".build-")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	return do(work)
}
