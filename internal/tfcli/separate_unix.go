//go:build unix

package tfcli

import (
	"os/exec"
	"syscall"
)

// separate puts a command into its own process group. A terminal's Ctrl-C does not reach it there, because Command already sends an
// interrupt, and Terraform stops without cleaning up when it receives a second one.
func separate(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
