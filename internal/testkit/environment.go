package testkit

import (
	"os"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// Environment is what the provider sees of its environment in a test.
type Environment map[string]string

// Credentials returns an environment with the emulator's credentials and its address.
func Credentials(baseURL string) Environment {
	return Environment{
		"QCC_KEY": emulator.DefaultKey, "QCC_SECRET_KEY": emulator.DefaultSecretKey, "QCC_BASE_URL": baseURL,
	}
}

// OwnEnvironment returns the developer's own variables, for a test that asks the real service. Main removes them, so a package keeps them
// in a variable.
func OwnEnvironment() Environment {
	own := Environment{}

	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "QCC_") {
			own[name] = value
		}
	}

	return own
}

// Getenv returns the value of a variable, or nothing. It takes the place of os.Getenv.
func (e Environment) Getenv(name string) string { return e[name] }

// Environ returns the variables as os.Environ does.
func (e Environment) Environ() []string {
	variables := make([]string, 0, len(e))
	for name, value := range e {
		variables = append(variables, name+"="+value)
	}

	return variables
}
