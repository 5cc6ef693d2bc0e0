package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// gatesFor returns a root module with a gate for each company. Each gate requires the given count of radar_id.
func gatesFor(companies map[string]int) map[string]string {
	var listed strings.Builder
	for _, company := range slices.Sorted(maps.Keys(companies)) {
		fmt.Fprintf(&listed, "    %s = %d\n", company, companies[company])
	}

	return map[string]string{"main.tf": testkit.RequiredProvider + providerWith("") + `
resource "qcc_quota_gate" "this" {
  for_each = {
` + listed.String() + `  }

  required = { radar_id = each.value }
}
`}
}

// radar returns a quota with the given count of radar_id left, and enough of bene_id.
func radar(left int64) emulator.Option { return emulator.WithModules(radarLeft(left)...) }

func radarLeft(left int64) []emulator.Module {
	return []emulator.Module{{ID: "radar_id", Total: 900 + left, Consumed: 900}, {ID: "bene_id", Total: 900}}
}

// watched is a service that calls before with the number of each query, before it answers.
type watched struct {
	*emulator.Emulator

	before func(query int)
}

func (w *watched) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	w.before(w.Requests() + 1)
	w.Emulator.ServeHTTP(response, request)
}

// refusal is what Terraform prints about one gate of several that does not pass.
type refusal struct{ adds, left, granted, available, short int }

// refusalShape matches a refusal. Terraform does not wrap lines that begin with spaces.
var refusalShape = regexp.MustCompile(`is\s+short\s+by\s+(\d+)\.\s+This gate adds: (\d+)\s+Available to this gate: (-?\d+)\s+` +
	`Left at QCC: (-?\d+) of \d+\s+Granted to other gates in this run: (\d+)\n`)

func refusals(t *testing.T, output string) []refusal {
	t.Helper()

	matches := refusalShape.FindAllStringSubmatch(output, -1)
	found := make([]refusal, 0, len(matches))

	for _, match := range matches {
		var r refusal

		_, _ = fmt.Sscan(strings.Join(match[1:], " "), &r.short, &r.adds, &r.available, &r.left, &r.granted) // The shape has numbers only.

		found = append(found, r)
	}

	if printed := strings.Count(output, notEnough); printed != len(found) {
		t.Errorf("%d refusals name what other gates were granted, want all %d\n%s", len(found), printed, output)
	}

	return found
}

// TestGatesAreSummedUp has three gates, each of which would pass alone. Terraform's order decides which gate is refused.
func TestGatesAreSummedUp(t *testing.T) {
	t.Parallel()

	service := emulator.New(radar(60))
	f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), gatesFor(map[string]int{"a": 20, "b": 20, "c": 20}))
	f.Succeeds(savePlan...)
	service.SetModules(radarLeft(48)...)

	for _, command := range [][]string{plan, applyPlan} {
		before, began := service.Requests(), time.Now()
		code, output := f.Run(command...)
		queries, seconds := service.Requests()-before, int(time.Since(began)/time.Second)

		if refused := refusals(t, output); code != 1 || !slices.Equal(refused, []refusal{{adds: 20, left: 48, granted: 40, available: 8, short: 12}}) {
			t.Errorf("terraform %q: exit code %d with the refusals %+v\n%s", command, code, refused, output)
		}

		// The ledger sends one query for all gates, and one before a refusal. An apply may send one more, because Terraform plans each gate again.
		// On a busy machine, a reading may be too old for the last gate.
		most := 2 + seconds
		if command[0] == "apply" {
			most++
		}

		if queries < 2 || queries > most {
			t.Errorf("terraform %q: %d queries came in within %d s, want 2 to %d", command, queries, seconds, most)
		}
	}

	if gates := gatesInState(t, f); len(gates) != 2 {
		t.Errorf("the state has the gates %v, want two", gates)
	}
}

// TestAnUnusableCountIsTheProblemOfItsModule has modules whose counts are none. The gate of another module passes, with one warning in a run.
func TestAnUnusableCountIsTheProblemOfItsModule(t *testing.T) {
	t.Parallel()

	const warning = "Warning: Unusable count from QCC"

	for stated, shown := range map[string]string{
		`-1`: "-1", `"不限"`: `"不限"`, `5,"totalCount":6`: "stated twice", `"` + emulator.DefaultSecretKey + `"`: `"(redacted)"`,
	} {
		service := emulator.New(emulator.WithBehavior(emulator.Behavior{Body: `{"status":"200","result":[` +
			`{"id":"bene_id","totalCount":` + stated + `,"consumedCount":2},{"id":"radar_id","totalCount":50,"consumedCount":2}]}`}))
		url := testkit.Serve(t, service)
		run := newRun(t, url, "")

		said := run.gate(attributes{"radar_id": 48})
		if !strings.HasPrefix(said, warning) || strings.Contains(said, "Error: ") || !strings.Contains(said, "\n  bene_id (股权穿透), totalCount: "+shown+"\n") {
			t.Errorf("%s: the first gate of another module reports\n%s", stated, said)
		}

		if said := run.gate(attributes{"radar_id": 0}); said != "" {
			t.Errorf("%s: a gate that adds nothing reports\n%s", stated, said)
		}

		said = run.gate(attributes{"bene_id": 1})
		if title(said) != "Error: Unstated QCC quota" || !strings.Contains(said, "\n  Total: "+shown+" (not a count)\n  Consumed: 2\n") {
			t.Errorf("%s: the gate of the module reports\n%s", stated, said)
		}

		if _, said := newRun(t, url, "").applyGate(storedGate{}, attributes{"radar_id": 1}); title(said) != warning {
			t.Errorf("%s: the apply reports\n%s", stated, said)
		}
	}
}

// TestAModuleIDThatIsASecret requires nothing of a module whose id is a part of a credential, so no reading finds it.
func TestAModuleIDThatIsASecret(t *testing.T) {
	t.Parallel()

	const refused = "Error: Invalid QCC quota requirement"

	service := emulator.New(radar(48))
	s := newRun(t, testkit.Serve(t, service), "")

	for _, id := range []string{emulator.DefaultKey, emulator.DefaultSecretKey, "x_" + strings.ToLower(emulator.DefaultSecretKey[3:12])} {
		for _, required := range []attributes{{id: 0}, {id: 1}, {id: 0, "radar_id": 1}} {
			_, applied := s.applyGate(storedGate{}, required)
			_, unchanged := s.planGate(storedGate{required: required}, required)

			for step, said := range map[string]string{"plan": s.gate(required), "apply": applied, "unchanged": unchanged} {
				if title(said) != refused || len(leaks([]string{id}, map[string]string{"": said})) > 0 {
					t.Errorf("%s of %v reports\n%s", step, required, said)
				}
			}
		}

		imported, err := s.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: gateName, ID: "radar_id=1," + id + "=0"})
		if said := printed(imported.Diagnostics); err != nil || !strings.Contains(said, "The module id in part 2 contains") {
			t.Errorf("the import of %s reports\n%s", id, said)
		}
	}

	if service.Requests() > 0 {
		t.Errorf("%d queries came in", service.Requests())
	}
}

// ones returns the given number of companies, which each require 1.
func ones(count int) map[string]int {
	companies := make(map[string]int, count)
	for i := range count {
		companies[fmt.Sprintf("company_%04d", i)] = 1
	}

	return companies
}

func TestGateIsShortOfEachModule(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Clock: emulator.Duration(10 * time.Minute)}))
	s := configured(t, testkit.Credentials(testkit.Serve(t, service)), nil)
	said := s.gate(attributes{"radar_id": 49, "bene_id": 100, "natural_person_id": 50})
	queries := service.Requests()
	said += s.gate(attributes{"radar_id": 50})

	for _, says := range []string{
		"Warning: Clock of this machine is off", "Order less", "The quota of radar_id (风险监控-企业) is short by 1.", "The quota of bene_id (股权穿透) is short by 2.",
	} {
		if strings.Count(said, says) != 1 {
			t.Errorf("the plan does not say %q once", says)
		}
	}

	if count := strings.Count(said, "Error: "); count != 3 || queries != 2 {
		t.Errorf("there are %d errors, want 3, and %d queries, want one for each clock\n%s", count, queries, said)
	}
}

// gateChain returns a root module with three gates of 20 units, each with an order that consumes what its gate was granted. Each gate depends
// on the order before it. An order takes more than a second, so that the next gate is judged by a new reading. The given command runs with
// the first order.
func gateChain(meanwhile string) map[string]string {
	var config strings.Builder

	config.WriteString(testkit.RequiredProvider + "\nvariable \"orders\" {}\n")

	before := ""

	for _, name := range []string{"first", "second", "third"} {
		fmt.Fprintf(&config, `
resource "qcc_quota_gate" %[1]q {
  required   = { radar_id = 20 }
  depends_on = [%[2]s]
}

resource "terraform_data" %[1]q {
  depends_on = [qcc_quota_gate.%[1]s]

  provisioner "local-exec" {
    command = "sleep 1.1 && echo > '${var.orders}/%[1]s.ordered'%[3]s"
  }
}
`, name, before, meanwhile)

		before, meanwhile = "terraform_data."+name, ""
	}

	return map[string]string{"main.tf": config.String()}
}

// TestGatesJudgeWhatTheRunItselfConsumes runs orders that consume quota between the gates of one apply.
func TestGatesJudgeWhatTheRunItselfConsumes(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		// meanwhile runs with the first order.
		meanwhile string
		refused   []refusal
	}{
		"others consume":                    {"", []refusal{{adds: 20, left: 19, granted: 40, available: 19, short: 1}}},
		"others consume, and somebody buys": {" && echo > '${var.orders}/more.bought'", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			orders := filepath.ToSlash(t.TempDir())
			service := emulator.New()
			files := func(suffix string) int64 {
				found, _ := filepath.Glob(orders + "/*." + suffix)

				return int64(len(found))
			}
			account := &watched{Emulator: service, before: func(int) {
				service.SetModules(emulator.Module{ID: "radar_id", Total: 960 + files("bought"), Consumed: 900 + 20*files("ordered") + files("consumed")})
			}}

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, account), gateChain(test.meanwhile))
			f.Set("TF_VAR_orders=" + orders)
			f.Succeeds(savePlan...)

			if err := os.WriteFile(orders+"/others.consumed", nil, 0o600); err != nil {
				t.Fatal(err)
			}

			code, output := f.Run(applyPlan...)
			if refused := refusals(t, output); code != len(test.refused) || !slices.Equal(refused, test.refused) {
				t.Errorf("exit code %d with the refusals %+v, want %+v\n%s", code, refused, test.refused, output)
			}

			want := map[string]string{"qcc_quota_gate.first": has20, "qcc_quota_gate.second": has20}
			if test.refused == nil {
				want["qcc_quota_gate.third"] = has20
			}

			if gates := gatesInState(t, f); !maps.Equal(gates, want) {
				t.Errorf("the state has the gates %v, want %v", gates, want)
			}

			if _, err := os.Stat(orders + "/third.ordered"); (err == nil) != (test.refused == nil) {
				t.Errorf("the third order ran: %t, but the refusals are %+v", err == nil, test.refused)
			}

			// The plan sends one query, and the apply sends one for each gate.
			if service.Requests() != 4 {
				t.Errorf("%d queries came in, want 4", service.Requests())
			}
		})
	}
}

// TestThousandGates is not parallel, because the number of queries depends on how long Terraform takes. A gate may share a reading that is
// up to a second old, and only one reading refuses many gates. A short run has a hundred gates.
func TestThousandGates(t *testing.T) {
	gates := 1000
	if testing.Short() {
		gates = 100
	}

	service := emulator.New()
	f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), gatesFor(ones(gates)))

	for _, test := range []struct {
		name    string
		left    int
		command []string
		// more is how many queries are allowed in addition to one a second: the first one, and another one before the first refusal.
		more int
	}{
		{"plan of which a tenth is refused", gates * 9 / 10, plan, 2},
		{"plan", gates, savePlan, 1},
		{"apply", gates, applyPlan, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			service.SetModules(radarLeft(int64(test.left))...)

			before, began := service.Requests(), time.Now()
			code, output := f.Run(with(test.command, "-parallelism=10")...)
			took, queries := time.Since(began), service.Requests()-before

			t.Logf("%d queries in %s", queries, took)

			// Terraform 1.15 prints equal errors only once.
			if refused := strings.Count(output, notEnough); (refused > 0) != (test.left < gates) || code != min(refused, 1) || refused > gates-test.left {
				t.Errorf("exit code %d with %d refusals, want at most %d\n%s", code, refused, gates-test.left, output[:min(len(output), 2000)])
			}

			if atMost := int(took/time.Second) + test.more; queries == 0 || queries > atMost {
				t.Errorf("%d queries came in within %s, want 1 to %d", queries, took, atMost)
			}
		})
	}

	if count := len(gatesInState(t, f)); count != gates {
		t.Errorf("the state has %d gates, want %d", count, gates)
	}
}

// BenchmarkPlanGate plans a new gate as Terraform does, but in this process. The gates share readings, so few of them send a request.
func BenchmarkPlanGate(b *testing.B) {
	service := httptest.NewServer(emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 1 << 50})))
	b.Cleanup(service.Close)

	s := configured(b, testkit.Credentials(service.URL), nil)
	plan := s.newGate(attributes{"radar_id": 1})

	b.ReportAllocs()

	for b.Loop() {
		if planned, err := s.server.PlanResourceChange(b.Context(), plan); err != nil || len(planned.Diagnostics) > 0 {
			b.Fatal(planned, err)
		}
	}
}
