//go:build !linux

package testkit

import "os/exec"

// asPostgres does nothing, because these systems are not used as root in tests.
func asPostgres(*exec.Cmd, string) error { return nil }
