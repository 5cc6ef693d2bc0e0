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
	"strconv"
	"strings"
	"testing"
	"time"

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

// TestGatesAreSummedUp has several gates, each of which would pass alone. Terraform's order decides which gate is refused.
func TestGatesAreSummedUp(t *testing.T) {
	t.Parallel()

	const left = 48

	for name, test := range map[string]struct {
		gates map[string]int
		// refused is how many gates are refused, in any order.
		refused int
		// long reports whether only the long lane has the row.
		long bool
	}{
		"three of 20":    {map[string]int{"a": 20, "b": 20, "c": 20}, 1, false},
		"48 of 1":        {ones(left), 0, true},
		"49 of 1":        {ones(left + 1), 1, false},
		"different ones": {map[string]int{"a": 30, "b": 25, "c": 15, "d": 10}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, test.long, "other rows have gates that are refused too")

			all := 0
			for _, adds := range test.gates {
				all += adds
			}

			// check checks the numbers of each refusal.
			check := func(t *testing.T, code int, output string) {
				t.Helper()

				refused := refusals(t, output)
				if (code == 1) != (test.refused > 0) || len(refused) != test.refused {
					t.Errorf("exit code %d with %d refusals, want %d\n%s", code, len(refused), test.refused, output)
				}

				granted := all

				for _, r := range refused {
					granted -= r.adds

					if r.left != left || r.granted > left || r.available != left-r.granted || r.short != r.adds-r.available || r.short <= 0 {
						t.Errorf("the numbers of a refusal are %+v, with %d left", r, left)
					}
				}

				if granted > left {
					t.Errorf("%d were granted of %d", granted, left)
				}
			}

			t.Run("at plan", func(t *testing.T) {
				t.Parallel()

				service := emulator.New(radar(left))
				f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), gatesFor(test.gates))

				began := time.Now()
				code, output := f.Run("plan")
				seconds := int(time.Since(began) / time.Second)

				check(t, code, output)

				// The ledger sends one query for all gates, and one before a refusal. On a busy machine, a reading may be too old for the last gates.
				if want := 1 + min(test.refused, 1); service.Requests() < want || service.Requests() > want+seconds {
					t.Errorf("%d queries came in within %d s, want %d and one a second", service.Requests(), seconds, want)
				}
			})

			t.Run("at apply", func(t *testing.T) {
				t.Parallel()

				service := emulator.New(radar(int64(all)))
				f := testkit.NewAttachedFolder(t, testkit.Serve(t, service), gatesFor(test.gates))
				f.Succeeds(savePlan...)
				service.SetModules(radarLeft(left)...)

				code, output := f.Run(applyPlan...)
				check(t, code, output)

				if gates := gatesInState(t, f); len(gates) != len(test.gates)-test.refused {
					t.Errorf("the state has the gates %v, want %d", gates, len(test.gates)-test.refused)
				}
			})
		})
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

// TestGatePurchaseBeforeARefusal adds quota just before the last query. The query before it alone would refuse a gate.
func TestGatePurchaseBeforeARefusal(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		commands [][]string
		// left is what is left at each query.
		left []int64
	}{
		"at plan":  {[][]string{plan}, []int64{48, 60}},
		"at apply": {[][]string{savePlan, applyPlan}, []int64{60, 48, 60}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			bought := &watched{Emulator: service, before: func(query int) {
				service.SetModules(radarLeft(test.left[min(query, len(test.left))-1])...)
			}}
			f := testkit.NewAttachedFolder(t, testkit.Serve(t, bought), gatesFor(map[string]int{"a": 20, "b": 20, "c": 20}))

			for _, command := range test.commands {
				f.Succeeds(command...)
			}

			if service.Requests() != len(test.left) {
				t.Errorf("%d queries came in, want %d", service.Requests(), len(test.left))
			}
		})
	}
}

func TestGateIsShortOfEachModule(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	said := configured(t, testkit.Credentials(testkit.Serve(t, service)), nil).gate(attributes{"radar_id": 49, "bene_id": 100, "natural_person_id": 50})

	for _, says := range []string{"The quota of radar_id (风险监控-企业) is short by 1.", "The quota of bene_id (股权穿透) is short by 2."} {
		if !strings.Contains(said, says) {
			t.Errorf("the plan does not say %q", says)
		}
	}

	if count := strings.Count(said, "Error: "); count != 2 || service.Requests() != 1 {
		t.Errorf("there are %d errors, want 2, and %d queries, want 1\n%s", count, service.Requests(), said)
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
    command = "sleep 1.1 && echo 20 > '${var.orders}/%[1]s.consumed'%[3]s"
  }
}
`, name, before, meanwhile)

		before, meanwhile = "terraform_data."+name, ""
	}

	return map[string]string{"main.tf": config.String()}
}

// summed returns the sum of the numbers in files.
func summed(t *testing.T, pattern string) int64 {
	t.Helper()

	files, _ := filepath.Glob(pattern)

	var sum int64

	for _, file := range files {
		number, err := strconv.ParseInt(strings.TrimSpace(testkit.ReadFile(t, file)), 10, 64)
		if err != nil {
			t.Error(err)
		}

		sum += number
	}

	return sum
}

// TestGatesJudgeWhatTheRunItselfConsumes runs orders that consume quota between the gates of one apply.
func TestGatesJudgeWhatTheRunItselfConsumes(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		// consumed is what others consume between plan and apply. meanwhile runs with the first order.
		consumed  int64
		meanwhile string
		// gates are the gates that pass. says is what the apply prints about the other gate.
		gates int
		says  []string
		// long reports whether only the long lane has the row.
		long bool
	}{
		"nobody else consumes": {gates: 3, long: true},
		"others consume before the apply": {consumed: 1, gates: 2, says: []string{
			"is short by 1.", "This gate adds: 20", "Available to this gate: 19", "Left at QCC: 19 of 960", "Granted to other gates in this run: 40",
		}},
		"others consume meanwhile": {long: true, meanwhile: " && echo 1 > '${var.orders}/others.consumed'", gates: 2, says: []string{
			"is short by 1.", "Left at QCC: 19 of 960", "Granted to other gates in this run: 40",
		}},
		"somebody buys meanwhile": {long: true, consumed: 1, meanwhile: " && echo 1 > '${var.orders}/more.bought'", gates: 3},
		"somebody buys less than others consume": {consumed: 2, meanwhile: " && echo 1 > '${var.orders}/more.bought'", gates: 2, says: []string{
			"is short by 1.", "Left at QCC: 19 of 961",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			testkit.OnlyLong(t, test.long, "two rows have others who consume and who buy")

			orders := filepath.ToSlash(t.TempDir())
			service := emulator.New()
			account := &watched{Emulator: service, before: func(int) {
				service.SetModules(emulator.Module{
					ID: "radar_id", Total: 960 + summed(t, orders+"/*.bought"), Consumed: 900 + summed(t, orders+"/*.consumed"),
				})
			}}

			f := testkit.NewAttachedFolder(t, testkit.Serve(t, account), gateChain(test.meanwhile))
			f.Set("TF_VAR_orders=" + orders)
			f.Succeeds(savePlan...)

			if test.consumed > 0 {
				if err := os.WriteFile(orders+"/before.consumed", []byte(strconv.FormatInt(test.consumed, 10)), 0o600); err != nil {
					t.Fatal(err)
				}
			}

			code, output := f.Run(applyPlan...)
			if (code == 0) != (test.gates == 3) {
				t.Errorf("exit code %d, but %d of 3 gates pass", code, test.gates)
			}

			for _, says := range test.says {
				if !testkit.Says(says).MatchString(output) {
					t.Errorf("the apply does not say %q", says)
				}
			}

			want := map[string]string{"qcc_quota_gate.first": has20, "qcc_quota_gate.second": has20}
			if test.gates == 3 {
				want["qcc_quota_gate.third"] = has20
			}

			if gates := gatesInState(t, f); !maps.Equal(gates, want) {
				t.Errorf("the state has the gates %v, want %v", gates, want)
			}

			if _, err := os.Stat(orders + "/third.consumed"); (err == nil) != (test.gates == 3) {
				t.Errorf("the third order ran: %t, but %d of 3 gates pass", err == nil, test.gates)
			}

			// The plan sends one query, and the apply sends one for each gate.
			if service.Requests() != 4 {
				t.Errorf("%d queries came in, want 4", service.Requests())
			}

			if t.Failed() {
				t.Log(output)
			}
		})
	}
}

// TestGateRefusedByCreateOrUpdate has a gate whose planning step at apply is not judged, because another gate was judged before. So Create
// or Update refuses it.
func TestGateRefusedByCreateOrUpdate(t *testing.T) {
	t.Parallel()

	const behind = "\nresource \"qcc_quota_gate\" \"other\" {\n  required = { bene_id = 1, radar_id = 5 }\n}\n"

	// gate returns a gate that waits for the other one.
	gate := func(required, lifecycle string) string {
		return testkit.RequiredProvider + providerWith("") + "resource \"qcc_quota_gate\" \"this\" {\n  required = { radar_id = " + required +
			" }\n  depends_on = [qcc_quota_gate.other]\n" + lifecycle + "}\n"
	}

	for name, test := range map[string]struct {
		before, config string
		plan           []string
		// passed and refused are what the gate in the state requires after the apply.
		passed, refused string
		long            bool
	}{
		"Create":  {none, gate("20", ""), savePlan, has20, none, false},
		"Update":  {has10, gate("30", ""), savePlan, has30, has10, false},
		"replace": {has20, gate("20", ""), with(savePlan, replace), has20, none, true},
		"replace, create_before_destroy": {
			has20, gate("20", "  lifecycle {\n    create_before_destroy = true\n  }\n"), with(savePlan, replace), has20, has20, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, test.long, "Terraform calls Create for a gate that it replaces too")

			prepared := testkit.NewAttachedFolder(t, testkit.Serve(t, emulator.New(radar(25))), nil)

			if test.before != none {
				prepared.Write("main.tf", testkit.RequiredProvider+gateOf("{ "+strings.Replace(test.before, "=", " = ", 1)+" }"))
				prepared.Succeeds(apply...)
			}

			prepared.Write("main.tf", test.config+behind)
			prepared.Succeeds(test.plan...)

			for end, strike := range map[string]struct {
				// left is what is left at apply. later is how the service answers from the second query of the apply on.
				left  int64
				later emulator.Behavior
				// queries is how many queries the apply takes.
				passes  bool
				queries int
				says    string
			}{
				"enough":       {left: 25, passes: true, queries: 1, says: "Apply complete!"},
				"short by one": {left: 24, queries: 2, says: "Granted to other gates in this run: 5"},
				"down before the refusal": {
					left: 24, later: emulator.Behavior{Drop: emulator.DropAnswer}, queries: 2, says: "the connection was closed or reset",
				},
			} {
				t.Run(end, func(t *testing.T) {
					t.Parallel()

					service := emulator.New(radar(strike.left))
					f := prepared.Copy(t, testkit.Serve(t, &watched{Emulator: service, before: func(query int) {
						if query == 2 {
							service.Behave(strike.later)
						}
					}}))

					code, output := f.Run(applyPlan...)
					if (code == 0) != strike.passes || !testkit.Says(strike.says).MatchString(output) || service.Requests() != strike.queries {
						t.Errorf("exit code %d after %d queries, want it to pass: %t, %d queries, and to say %q\n%s",
							code, service.Requests(), strike.passes, strike.queries, strike.says, output)
					}

					want := map[string]string{"qcc_quota_gate.other": "bene_id=1,radar_id=5"}
					if after := map[bool]string{true: test.passed, false: test.refused}[strike.passes]; after != none {
						want["qcc_quota_gate.this"] = after
					}

					if gates := gatesInState(t, f); !maps.Equal(gates, want) {
						t.Errorf("the state has the gates %v, want %v\n%s", gates, want, output)
					}
				})
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
