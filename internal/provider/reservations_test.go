package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// reserved is what a database has of one gate.
type reserved struct {
	count         int
	life          time.Duration
	holder        string
	account, rows string
}

// reservedIn returns what a database has. The rows are all texts in it.
func reservedIn(t *testing.T, database *testkit.PostgresDatabase) reserved {
	t.Helper()

	var (
		got          reserved
		milliseconds int64
	)

	err := database.Open(t).QueryRowContext(t.Context(), `select count(*), coalesce(max(ends - granted), 0), coalesce(max(holder), ''),
		coalesce(max(account), ''), coalesce(string_agg(r::text, ' '), '') from qcc_reservation r`).
		Scan(&got.count, &milliseconds, &got.holder, &got.account, &got.rows)
	if err != nil {
		t.Fatal(err)
	}

	got.life = time.Duration(milliseconds) * time.Millisecond

	return got
}

// reservationSetting is a row of TestReservationSettingsHaveAnEffect.
type reservationSetting struct {
	variable string
	values   [2]string
	observe  func(reserved) string
	want     [2]string
}

// reservationSettings has the settings whose effect is in a database. ONE and OTHER are the URLs of two databases, the first of which is
// observed.
func reservationSettings() map[string]reservationSetting {
	return map[string]reservationSetting{
		"reservation_database": {
			variable: "QCC_RESERVATION_DATABASE", values: [2]string{"ONE", "OTHER"}, want: [2]string{"1", "0"},
			observe: func(r reserved) string { return fmt.Sprint(r.count) },
		},
		"reservation_ttl": {
			values: [2]string{"5m", "24h"}, want: [2]string{"5m0s", "24h0m0s"}, observe: func(r reserved) string { return r.life.String() },
		},
		"reservation_holder": {
			variable: "QCC_RESERVATION_HOLDER", values: [2]string{"https://u:p@ci.example.com/job/7?q", emulator.DefaultSecretKey},
			want: [2]string{"https://ci.example.com/job/7", "(redacted)"}, observe: func(r reserved) string { return r.holder },
		},
	}
}

// TestReservationSettingsHaveAnEffect creates a gate with each setting, from the provider block and from the environment.
func TestReservationSettingsHaveAnEffect(t *testing.T) {
	t.Parallel()

	url, other := testkit.Serve(t, emulator.New()), testkit.Postgres(t)

	for name, row := range reservationSettings() {
		for i, value := range row.values {
			ways := map[string]func(testkit.Environment, attributes, string){
				"attribute": func(_ testkit.Environment, block attributes, value string) { block[name] = value },
			}
			if row.variable != "" {
				ways["variable"] = func(env testkit.Environment, _ attributes, value string) { env[row.variable] = value }
			}

			for way, set := range ways {
				t.Run(fmt.Sprintf("%s of %s, %d", way, name, i), func(t *testing.T) {
					t.Parallel()

					observed := testkit.Postgres(t)
					env, block := testkit.Credentials(url), attributes{}
					env["QCC_RESERVATION_DATABASE"] = observed.URL()
					set(env, block, strings.NewReplacer("ONE", observed.URL(), "OTHER", other.URL()).Replace(value))

					if _, said := configured(t, env, block).applyGate(storedGate{}, attributes{"radar_id": 1}); said != "" {
						t.Fatal(said)
					}

					if got := row.observe(reservedIn(t, observed)); got != row.want[i] {
						t.Errorf("the effect is %q, want %q", got, row.want[i])
					}
				})
			}
		}
	}
}

// newGateFolder returns a folder with a gate of radar_id, with the variables of a database.
func newGateFolder(t *testing.T, url string, units int, env ...string) *testkit.Folder {
	t.Helper()

	f := testkit.NewFolder(t, url, gatesFor(map[string]int{"a": units}))
	f.Write("override.tf", "provider \"qcc\" {\n  timeout = \"3s\"\n}\n")
	f.Set(env...)

	return f
}

// TestReservationsOfTwoStates applies in two folders that know nothing of each other. 48 units are left, and each adds 40.
func TestReservationsOfTwoStates(t *testing.T) {
	t.Parallel()

	service := emulator.New(radar(48))
	url, database := testkit.Serve(t, service), testkit.Postgres(t)
	shared := "QCC_RESERVATION_DATABASE=" + database.URL()

	one := newGateFolder(t, url, 40, shared, "QCC_RESERVATION_HOLDER=https://ci.example.com/job/1")
	other := newGateFolder(t, url, 40, shared, "QCC_RESERVATION_HOLDER=https://ci.example.com/job/2")

	one.Succeeds(savePlan...)
	other.Succeeds(savePlan...) // A plan reserves nothing.
	one.Succeeds(applyPlan...)

	code, output := other.Run(applyPlan...)
	for _, text := range []string{
		"The quota of radar_id (风险监控-企业) is short by 32.", "Available to this gate: 8", "Left at QCC: 48 of",
		"Reserved by other runs: 40", "Held by: https://ci.example.com/job/1",
	} {
		if code != 1 || !testkit.Says(text).MatchString(output) {
			t.Errorf("exit code %d, want 1 and %q:\n%s", code, text, output)
		}
	}

	other.Fails("Reserved by other runs: 40", plan...)

	// What adds nothing does not ask the database. A run without the database knows nothing of the others.
	one.Set("QCC_RESERVATION_DATABASE=postgres://nobody@127.0.0.1:1/qcc")
	one.Succeeds(plan...)
	one.Succeeds(with(apply, "-refresh-only")...)
	one.Succeeds(destroy...)
	one.Succeeds("import", `qcc_quota_gate.this["a"]`, "radar_id=40")
	one.Succeeds(destroy...)
	one.Fails("The reservation database cannot be reached.", plan...)

	// The destroyed gate still holds its reservation.
	other.Fails("Reserved by other runs: 40", plan...)
	other.Set("QCC_RESERVATION_DATABASE=")
	other.Succeeds(apply...)
}

// TestTwoProviderBlocksShareADatabase has two blocks with the same key, which are two processes. Each gate adds 30 of the 48 that are left.
func TestTwoProviderBlocksShareADatabase(t *testing.T) {
	t.Parallel()

	f := testkit.NewFolder(t, testkit.Serve(t, emulator.New(radar(48))), map[string]string{"main.tf": testkit.RequiredProvider + `
provider "qcc" {}

provider "qcc" {
  alias = "other"
}

resource "qcc_quota_gate" "one" {
  required = { radar_id = 30 }
}

resource "qcc_quota_gate" "other" {
  provider = qcc.other
  required = { radar_id = 30 }
}
`})
	f.Set("QCC_RESERVATION_DATABASE=" + testkit.Postgres(t).URL())
	f.Fails("Reserved by other runs: 30", apply...)

	if gates := gatesInState(t, f); len(gates) != 1 {
		t.Errorf("the state has the gates %v, want one", gates)
	}
}

// TestAKilledApplyKeepsItsReservation ends Terraform with SIGKILL after the gate was granted, before the state has it.
func TestAKilledApplyKeepsItsReservation(t *testing.T) {
	t.Parallel()
	testkit.OnlyLong(t, true, "a gate that is destroyed keeps its reservation")

	url, database := testkit.Serve(t, emulator.New(radar(48))), testkit.Postgres(t)
	f := newGateFolder(t, url, 40, "QCC_RESERVATION_DATABASE="+database.URL())
	f.Write("order.tf", `
resource "terraform_data" "order" {
  depends_on = [qcc_quota_gate.this]

  provisioner "local-exec" {
    command = "kill -9 $PPID"
  }
}
`)

	if code, output := f.Run(apply...); code <= 1 && code >= 0 {
		t.Fatalf("exit code %d\n%s", code, output)
	}

	if got := reservedIn(t, database); got.count != 1 {
		t.Errorf("%+v", got)
	}

	newGateFolder(t, url, 40, "QCC_RESERVATION_DATABASE="+database.URL()).Fails("Reserved by other runs: 40", plan...)
}

// TestReservationsTellNoSecret searches everything that Terraform writes, and the tables, for the credentials and for the user and the password
// of the database.
func TestReservationsTellNoSecret(t *testing.T) {
	t.Parallel()

	var (
		database = testkit.Postgres(t)
		url      = testkit.Serve(t, emulator.New(radar(48)))
		secrets  = []string{emulator.DefaultKey, emulator.DefaultSecretKey, testkit.PostgresPassword, testkit.PostgresGates}
	)

	for name, test := range map[string]struct {
		database, says string
	}{
		"granted":        {database.URL(), "Apply complete!"},
		"wrong password": {strings.Replace(database.URL(), testkit.PostgresPassword, testkit.PostgresPassword+"x", 1), "The reservation database refuses the login."},
		"nobody listens": {"postgres://pipelines:" + testkit.PostgresPassword + "@127.0.0.1:1/qcc", "The reservation database cannot be reached."},
		"no such host":   {"postgres://pipelines:" + testkit.PostgresPassword + "@db.invalid/qcc", "The reservation database cannot be reached."},
		"a bad URL":      {"postgres://pipelines:" + testkit.PostgresPassword + "%zz@127.0.0.1/qcc", "It is not a URL such as"},
		"another host":   {"postgres://pipelines:" + testkit.PostgresPassword + "@127.0.0.1/qcc?hostaddr=" + testkit.PostgresPassword, "It has a query parameter that is not supported."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.OnlyLong(t, name != "granted" && name != "wrong password", "another row has this kind of failure")

			f := newGateFolder(t, url, 1, "QCC_RESERVATION_DATABASE="+test.database, "QCC_RESERVATION_HOLDER="+emulator.DefaultKey, "TF_LOG=TRACE")
			outputs := map[string]string{}
			_, outputs["output"] = f.Run(apply...)
			_, outputs["state as JSON"] = f.Run("show", "-json")

			if !testkit.Says(test.says).MatchString(outputs["output"]) || !strings.Contains(outputs["output"], "[TRACE]") {
				t.Errorf("Terraform does not say %q, or there is no log", test.says)
			}

			maps.Copy(outputs, everything(t, f))

			outputs["tables"] = reservedIn(t, database).rows

			if found := leaks(secrets, outputs); len(found) > 0 {
				t.Errorf("there are secrets in %q", found)
			}
		})
	}
}
