// Command provider-build builds the provider for make build, make install and make mirror. It uses internal/build.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/qccpro/terraform-provider-qcc/internal/build"
)

const usage = `usage: provider-build -version VERSION [-platforms PLATFORMS] binary FILE | install DIR | mirror DIR

  binary FILE   builds the binary only
  install DIR   builds into the filesystem mirror DIR, with a folder for each platform
  mirror DIR    builds into the filesystem mirror DIR, with a zip for each platform

Both mirrors have the same checksum in Terraform's lock file.

`

var (
	released = regexp.MustCompile(`^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$`)
	targets  = regexp.MustCompile(`^[a-z0-9]+_[a-z0-9]+$`)
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Args[1:])

	stop()

	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "provider-build:", err)
		os.Exit(1)
	}
}

// run builds the provider for each platform, and prints the path of each result.
func run(ctx context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("provider-build", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, usage)
		flags.PrintDefaults()
	}

	version := flags.String("version", "", "the provider's `version`")
	list := flags.String("platforms", build.Host(), "the `platforms`, such as linux_amd64,windows_amd64")

	if err := flags.Parse(args); err != nil {
		return err
	}

	layout, to := flags.Arg(0), flags.Arg(1)
	if flags.NArg() != 2 || to == "" || *version == "" {
		return errors.New("set -version, and write binary, install or mirror with a path; see -help")
	}

	if !released.MatchString(*version) {
		return fmt.Errorf("%q is not a version, such as 1.2.3", *version)
	}

	platforms := strings.Split(*list, ",")
	for i, platform := range platforms {
		platforms[i] = strings.TrimSpace(platform)
		if !targets.MatchString(platforms[i]) {
			return fmt.Errorf("%q is not a platform, such as linux_amd64", platform)
		}
	}

	if layout == "binary" && len(platforms) > 1 {
		return errors.New("binary builds for one platform only")
	}

	for _, platform := range platforms {
		path, err := lay(ctx, layout, build.QCC(*version, platform), to)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}

		fmt.Fprintln(out, path)
	}

	return nil
}

func lay(ctx context.Context, layout string, provider build.Provider, to string) (string, error) {
	switch layout {
	case "binary":
		return to, provider.Binary(ctx, to)
	case "install":
		return provider.UnpackedPath(to), provider.Install(ctx, to)
	case "mirror":
		return provider.PackedPath(to), provider.Mirror(ctx, to)
	default:
		return "", fmt.Errorf("%q is not binary, install or mirror; see -help", layout)
	}
}
