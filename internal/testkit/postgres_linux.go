package testkit

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// asPostgres makes a command run as the user postgres if this process is root, because PostgreSQL refuses to run as root. The user becomes the
// owner of dir. The command dies with this process.
func asPostgres(command *exec.Cmd, dir string) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}

	if os.Getuid() != 0 {
		return nil
	}

	account, err := user.Lookup("postgres")
	if err != nil {
		return err
	}

	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return err
	}

	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return err
	}

	command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // The system's own numbers.

	return os.Chown(dir, uid, gid)
}
