package testkit

import (
	"os"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// Environment holds the environment variables of the provider in a test.
type Environment map[string]string

// Credentials returns an environment with the emulator's credentials and its base URL.
func Credentials(baseURL string) Environment {
	return Environment{
		"QCC_KEY": emulator.DefaultKey, "QCC_SECRET_KEY": emulator.DefaultSecretKey, "QCC_BASE_URL": baseURL,
	}
}

// OwnEnvironment returns the developer's own QCC_ variables. A test needs them to read from the real service. Main removes them from
// the process, so a package must call OwnEnvironment before Main.
func OwnEnvironment() Environment {
	own := Environment{}

	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "QCC_") {
			own[name] = value
		}
	}

	return own
}

// Getenv returns the value of a variable, or "" if it is not set. It replaces os.Getenv.
func (e Environment) Getenv(name string) string { return e[name] }

// Environ returns the variables in the form of os.Environ.
func (e Environment) Environ() []string {
	variables := make([]string, 0, len(e))
	for name, value := range e {
		variables = append(variables, name+"="+value)
	}

	return variables
}
