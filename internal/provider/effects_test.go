package provider_test

import (
	"crypto/md5"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// The tests in this file fail if the provider has an attribute, a parameter or an environment variable without a row, and if two values of it
// make no difference. So nothing can be documented and never used.

// reading is what a service and a user observe of one read.
type reading struct {
	path, key, secretKey string
	attempts             int
	title, agent         string
}

// readBusy reads the quota once from a service that is busy, and answers after a delay. URL in a value stands for its address. The provider
// has credentials and no retries, unless the environment or the block sets others.
func readBusy(t *testing.T, env testkit.Environment, block attributes, delay time.Duration) *reading {
	t.Helper()

	var (
		mu   sync.Mutex
		got  reading
		busy = emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199, Delay: emulator.Duration(delay)}))
	)

	url := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		mu.Lock()
		got.attempts++
		got.agent = request.UserAgent()
		got.path = strings.TrimSuffix(request.URL.Path, emulator.Path)
		got.key = request.URL.Query().Get("key")

		for _, secret := range []string{"one_secret", "other_secret"} {
			signed := md5.Sum([]byte(got.key + request.Header.Get("Timespan") + secret))
			if request.Header.Get("Token") == fmt.Sprintf("%X", signed) {
				got.secretKey = secret
			}
		}
		mu.Unlock()

		request.URL.Path = emulator.Path
		busy.ServeHTTP(w, request)
	}))

	allVariables, allAttributes := testkit.Credentials(url), attributes{"max_retries": 0}

	for name, value := range env {
		allVariables[name] = strings.Replace(value, "URL", url, 1)
	}

	for name, value := range block {
		allAttributes[name] = value
		if text, ok := value.(string); ok {
			allAttributes[name] = strings.Replace(text, "URL", url, 1)
		}
	}

	said := configured(t, allVariables, allAttributes).read()

	mu.Lock()
	defer mu.Unlock()

	got.title = title(said)

	if got.agent != "terraform-provider-qcc/test Terraform/1.99.0" {
		t.Errorf("User-Agent is %q", got.agent)
	}

	return &got
}

// title returns the first line of what Terraform prints.
func title(said string) string {
	line, _, _ := strings.Cut(said, "\n")

	return line
}

func noEnvironment(string) string { return "" }

// TestEverySettingHasAnEffect sets each attribute of the provider block, and each environment variable. A variable of an attribute that is
// set must have no effect, so it has the other value then.
func TestEverySettingHasAnEffect(t *testing.T) {
	t.Parallel()

	const busy = "Error: QCC service unavailable"

	rows := map[string]struct {
		variable string
		values   [2]any
		observe  func(*reading) string
		want     [2]string
		delay    time.Duration
	}{
		"key": {
			variable: "QCC_KEY", values: [2]any{"one_key", "other_key"}, want: [2]string{"one_key", "other_key"},
			observe: func(r *reading) string { return r.key },
		},
		"secret_key": {
			variable: "QCC_SECRET_KEY", values: [2]any{"one_secret", "other_secret"}, want: [2]string{"one_secret", "other_secret"},
			observe: func(r *reading) string { return r.secretKey },
		},
		"base_url": {
			variable: "QCC_BASE_URL", values: [2]any{"URL/one", "URL/other/"}, want: [2]string{"/one", "/other"},
			observe: func(r *reading) string { return r.path },
		},
		"timeout": {
			values: [2]any{"1s", "10m"}, want: [2]string{"Error: No answer from QCC", busy}, delay: 1500 * time.Millisecond,
			observe: func(r *reading) string { return r.title },
		},
		"max_retries": {
			values: [2]any{0, 1}, want: [2]string{"1", "2"},
			observe: func(r *reading) string { return strconv.Itoa(r.attempts) },
		},
		"language": {
			variable: "QCC_LANGUAGE", values: [2]any{"en", "zh"}, want: [2]string{busy, "Error: 企查查服务暂不可用"},
			observe: func(r *reading) string { return r.title },
		},
	}

	var variables, names []string

	for name, row := range reservationSettings() { // TestReservationSettingsHaveAnEffect has them.
		names = append(names, name)

		if row.variable != "" {
			variables = append(variables, row.variable)
		}
	}

	for name, row := range rows {
		names = append(names, name)

		if row.want[0] == row.want[1] {
			t.Errorf("%s has no effect", name)
		}

		if row.variable != "" {
			variables = append(variables, row.variable)
		}

		for i, value := range row.values {
			type setting struct {
				env   testkit.Environment
				block attributes
			}

			ways := map[string]setting{
				fmt.Sprintf("%s = %v", name, value): {testkit.Environment{row.variable: fmt.Sprint(row.values[1-i])}, attributes{name: value}},
			}

			if row.variable != "" {
				ways[fmt.Sprintf("%s=%v", row.variable, value)] = setting{testkit.Environment{row.variable: fmt.Sprint(value)}, nil}
			}

			for way, set := range ways {
				t.Run(way, func(t *testing.T) {
					t.Parallel()

					got := readBusy(t, set.env, set.block, row.delay)
					if seen := row.observe(got); seen != row.want[i] {
						t.Errorf("the effect is %q, want %q; the read is %+v", seen, row.want[i], got)
					}
				})
			}
		}
	}

	// The provider reads variables for an empty block, for a function and for a gate.
	served, read := map[string]bool{}, map[string]bool{}
	s := newSession(t, func(name string) string {
		read[name] = true

		return ""
	})

	s.configure(nil)
	s.call("shortfalls", attributes{}, attributes{"bene_id": -1})
	s.gate(attributes{"bene_id": -1})

	for _, attribute := range s.schema.Provider.Block.Attributes {
		served[attribute.Name] = true
	}

	if served := slices.Sorted(maps.Keys(served)); !slices.Equal(served, slices.Sorted(slices.Values(names))) {
		t.Errorf("the provider block has the attributes %q, want one row for each", served)
	}

	if names := slices.Sorted(maps.Keys(read)); !slices.Equal(names, slices.Sorted(slices.Values(variables))) {
		t.Errorf("the provider reads the variables %q, want one row for each", names)
	}
}

// TestEveryAttributeHasAnEffect uses each attribute and parameter of everything that the provider serves beside the provider block, with 4 and
// with 5.
func TestEveryAttributeHasAnEffect(t *testing.T) {
	t.Parallel()

	// total returns a session with an account that has bought n.
	total := func(n int) *session {
		service := emulator.New(emulator.WithModules(emulator.Module{ID: "new_id", Total: int64(n)}))

		return configured(t, testkit.Credentials(testkit.Serve(t, service)), nil)
	}
	remaining := func(n int) attributes { return attributes{"a": attributes{"remaining": n}} }
	modules := [2]string{
		"{new_id={consumed=0 deletable=0 name=new_id remaining=4 total=4}}", "{new_id={consumed=0 deletable=0 name=new_id remaining=5 total=5}}",
	}

	rows := map[string]struct {
		observe func(n int) string
		want    [2]string
	}{
		"data qcc_quota.modules":      {func(n int) string { return total(n).read() }, modules},
		"ephemeral qcc_quota.modules": {func(n int) string { return total(n).open() }, modules},
		"resource qcc_quota_gate.required": {
			func(n int) string { return title(total(4).gate(attributes{"new_id": n})) }, [2]string{"", "Error: Not enough QCC quota"},
		},
		"function shortfalls.modules":  {func(n int) string { return shortfalls(t, remaining(n), attributes{"a": 5}) }, [2]string{"{a=1}", "{}"}},
		"function shortfalls.required": {func(n int) string { return shortfalls(t, remaining(4), attributes{"a": n}) }, [2]string{"{}", "{a=1}"}},
	}

	for name, row := range rows {
		if row.want[0] == row.want[1] {
			t.Errorf("%s has no effect", name)
		}

		for i, want := range row.want {
			if got := row.observe(4 + i); got != want {
				t.Errorf("%s with %d has the effect %q, want %q", name, 4+i, got, want)
			}
		}
	}

	var served []string

	s := newSession(t, noEnvironment)

	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{
		"data": s.schema.DataSourceSchemas, "ephemeral": s.schema.EphemeralResourceSchemas, "resource": s.schema.ResourceSchemas,
	} {
		for name, schema := range schemas {
			for _, attribute := range schema.Block.Attributes {
				served = append(served, kind+" "+name+"."+attribute.Name)
			}
		}
	}

	for name, function := range s.schema.Functions {
		for _, parameter := range function.Parameters {
			served = append(served, "function "+name+"."+parameter.Name)
		}
	}

	if slices.Sort(served); !slices.Equal(served, slices.Sorted(maps.Keys(rows))) {
		t.Errorf("the provider serves %q, want one row for each", served)
	}
}

// TestLanguageBeforeConfigure has errors that the provider reports before it is configured, so their language is that of the environment.
func TestLanguageBeforeConfigure(t *testing.T) {
	t.Parallel()

	for language, want := range map[string][2]string{
		"":       {`2: the requirement of "bene_id" is negative, and must be 0 or more`, "Error: Invalid QCC quota requirement"},
		"zh":     {`2: "bene_id" 的需求量是负数，不能小于 0`, "Error: 额度需求无效"},
		"german": {`2: the requirement of "bene_id" is negative, and must be 0 or more`, "Error: Invalid QCC quota requirement"},
	} {
		s := newSession(t, testkit.Environment{"QCC_LANGUAGE": language}.Getenv)
		negative := attributes{"bene_id": -1}

		said := strings.ReplaceAll(s.call("shortfalls", attributes{}, negative), "\n", "") // Chinese texts are wrapped.

		if got := [2]string{said, title(s.gate(negative))}; got != want {
			t.Errorf("in the language %q, the errors are %q, want %q", language, got, want)
		}
	}
}
