// Package build is how the provider is built. The targets build, install and mirror of make, the demo, the tests and the measurements
// build by it. A release is built by .goreleaser.yml, which cannot call it; a test compares the two.
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

// Module is the path of this module, whose main package is the provider.
const Module = "github.com/qccpro/terraform-provider-qcc"

// Registry is where Terraform looks for the provider, and namespace the owner's name there.
const (
	Registry  = "registry.terraform.io"
	namespace = "qccpro"
)

// Tags leaves out what no provider needs here: HTTP/2 in net/http, because QCC is asked over HTTP/1.1, and the pages on which gRPC
// shows its calls, because nobody opens them.
const Tags = "nethttpomithttp2,grpcnotrace"

// Flags returns the flags of go build. None of them writes into the binary where or when it is built.
func Flags(version string) []string {
	return []string{"-trimpath", "-buildvcs=false", "-tags=" + Tags, "-ldflags=-s -w -X main.version=" + version}
}

// Environment returns the variables that go build needs. They replace those of the user that would change the binary.
func Environment() []string {
	return []string{
		"CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOWORK=off",
		// The oldest processors that a release runs on.
		"GO386=sse2", "GOAMD64=v1", "GOARM=6", "GOARM64=v8.0",
	}
}

// Provider is a provider of this module in one version for one platform.
type Provider struct {
	Name     string // Such as qcc.
	Package  string // The import path of its main package.
	Version  string // Such as 1.2.3.
	Platform string // Such as linux_amd64.
}

// QCC returns the provider that this project is about.
func QCC(version, platform string) Provider {
	return Provider{Name: "qcc", Package: Module, Version: version, Platform: platform}
}

// Host returns the platform of the running program.
func Host() string { return runtime.GOOS + "_" + runtime.GOARCH }

// FileName returns the name that Terraform wants the binary to have.
func (p Provider) FileName() string {
	name := "terraform-provider-" + p.Name + "_v" + p.Version
	if strings.HasPrefix(p.Platform, "windows_") {
		name += ".exe"
	}

	return name
}

// source returns the provider's address in a registry, which is also its folder in a mirror.
func (p Provider) source(registry string) string { return path.Join(registry, namespace, p.Name) }

// Binary builds the provider's binary. It puts it at the path file only once it is complete.
func (p Provider) Binary(ctx context.Context, file string) error {
	return inWorkFolder(filepath.Dir(file), func(work string) error {
		built := filepath.Join(work, p.FileName())
		system, architecture, _ := strings.Cut(p.Platform, "_")

		command := exec.CommandContext(ctx, "go", append([]string{"build", "-o", built}, append(Flags(p.Version), p.Package)...)...) //nolint:gosec // The arguments are ours.
		command.Env = append(os.Environ(), append(Environment(), "GOOS="+system, "GOARCH="+architecture, "GOTMPDIR="+work)...)

		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("building the provider: %w\n%s", err, output)
		}

		return os.Rename(built, file)
	})
}

// inWorkFolder calls do with a new folder below parent, which it makes if need be, and removes the new folder afterwards. Whatever an
// interrupted build leaves is there.
func inWorkFolder(parent string, do func(work string) error) (err error) {
	parent, err = filepath.Abs(parent)
	if err != nil {
		return err
	}

	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // A mirror is there to be read.
		return err
	}

	work, err := os.MkdirTemp(parent, ".build-")
	if err != nil {
		return err
	}

	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	return do(work)
}
