//go:build !unix

package tfcli

import "os/exec"

// separate does nothing, because only Unix sends a terminal's Ctrl-C to a whole process group.
func separate(*exec.Cmd) {}
