//go:build unix

package tfcli

import (
	"os/exec"
	"syscall"
)

// separate keeps a terminal's Ctrl-C from a command: it would come on top of the interrupt that Run sends, and Terraform takes a
// second one for an order to drop everything.
func separate(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
