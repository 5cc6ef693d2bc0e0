package emulator_test

import (
	"encoding/json"
	"flag"
	"reflect"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

// TestFlagsAndControlHaveTheSameNames sets each field by its flag. It checks that the JSON has each flag's name.
func TestFlagsAndControlHaveTheSameNames(t *testing.T) {
	t.Parallel()

	var behavior emulator.Behavior

	flags := flag.NewFlagSet("", flag.ContinueOnError)
	behavior.AddFlags(flags, false)

	flags.VisitAll(func(f *flag.Flag) {
		for _, value := range []string{"true", "7", "7s"} { // One of them is valid.
			if flags.Set(f.Name, value) == nil {
				break
			}
		}
	})

	encoded, err := json.Marshal(behavior)
	if err != nil {
		t.Fatal(err)
	}

	var fields map[string]any
	if err := json.Unmarshal(encoded, &fields); err != nil {
		t.Fatal(err)
	}

	if want := reflect.TypeFor[emulator.Behavior]().NumField(); len(fields) != want {
		t.Errorf("the flags have set %d of %d fields: %s", len(fields), want, encoded)
	}

	flags.VisitAll(func(f *flag.Flag) {
		if _, found := fields[strings.ReplaceAll(f.Name, "-", "_")]; !found {
			t.Errorf("flag -%s is not in %s", f.Name, encoded)
		}
	})
}
