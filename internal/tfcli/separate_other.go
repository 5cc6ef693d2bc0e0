//go:build !unix

package tfcli

import "os/exec"

// separate does nothing here: only Unix sends a terminal's Ctrl-C to a whole group of processes.
func separate(*exec.Cmd) {}
