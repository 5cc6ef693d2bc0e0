package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// storedGate is a gate as Terraform stores it between two calls of the provider.
type storedGate struct {
	required attributes // nil if there is no gate
	private  []byte
}

// prior encodes the state of a gate.
func (s *session) prior(gate storedGate) *tfprotov6.DynamicValue {
	s.Helper()

	typ := s.schema.ResourceSchemas[gateName].ValueType()
	if gate.required == nil {
		return s.dynamic(typ, nil)
	}

	return s.dynamic(typ, attributes{"required": gate.required})
}

// planGate plans a gate. It returns the planned private state, and what Terraform would print.
func (s *session) planGate(gate storedGate, required attributes) (private []byte, said string) {
	s.Helper()

	request := s.newGate(required)
	request.PriorState, request.PriorPrivate = s.prior(gate), gate.private

	planned, err := s.server.PlanResourceChange(s.Context(), request)
	s.check(err)

	return planned.PlannedPrivate, printed(planned.Diagnostics)
}

// applyGate creates or updates a gate, without a planning step.
func (s *session) applyGate(gate storedGate, required attributes) (storedGate, string) {
	s.Helper()

	config := s.newGate(required)

	applied, err := s.server.ApplyResourceChange(s.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: gateName, PriorState: s.prior(gate), PlannedState: config.Config, Config: config.Config, PlannedPrivate: gate.private,
	})
	s.check(err)

	return storedGate{required, applied.Private}, printed(applied.Diagnostics)
}

// refreshed reads a gate.
func (s *session) refreshed(gate storedGate) storedGate {
	s.Helper()

	read, err := s.server.ReadResource(s.Context(), &tfprotov6.ReadResourceRequest{TypeName: gateName, CurrentState: s.prior(gate), Private: gate.private})
	s.check(err)

	if said := printed(read.Diagnostics); said != "" {
		s.Errorf("a refresh reports\n%s", said)
	}

	return storedGate{gate.required, read.Private}
}

// newRun returns a session with a new provider, as in a new process.
func newRun(t *testing.T, url, key string) *session {
	t.Helper()

	env := testkit.Credentials(url)
	if key != "" {
		env["QCC_KEY"] = key
	}

	return configured(t, env, nil)
}

// TestARefusalNamesTheImportOfANewGate refuses each of several changes in a run of its own. Terraform cannot import what is in the state.
func TestARefusalNamesTheImportOfANewGate(t *testing.T) {
	t.Parallel()

	url := testkit.Serve(t, emulator.New(radar(48)))
	wanted := attributes{"radar_id": 60, "bene_id": 1}
	had, _ := newRun(t, url, "").applyGate(storedGate{}, attributes{"radar_id": 1})

	_, grown := newRun(t, url, "").planGate(had, wanted)
	_, replaced := newRun(t, url, "").planGate(storedGate{private: had.private}, wanted)
	_, created := newRun(t, url, "").applyGate(storedGate{}, wanted)
	_, updated := newRun(t, url, "").applyGate(had, wanted)

	for change, said := range map[string]string{"new": newRun(t, url, "").gate(wanted), "created": created, "grown": grown, "replaced": replaced, "updated": updated} {
		isNew := change == "new" || change == "created"
		if title(said) != notEnough || strings.Contains(said, "import its gate:\n  terraform import 'ADDRESS' bene_id=1,radar_id=60\n") != isNew ||
			strings.Contains(said, "import") != isNew {
			t.Errorf("the refusal of a gate that is %s says\n%s", change, said)
		}
	}
}

// privateStates returns private states with which a gate may begin: that of Create, none, and those that somebody has damaged.
func privateStates(t *testing.T, created []byte) map[string][]byte {
	t.Helper()

	states := map[string][]byte{"of Create": created, "of a state without ids": nil}

	for name, memory := range map[string]string{
		"without an id": `{}`, "with an empty id": `{"id":""}`, "with a number as its id": `{"id":5}`, "with another type": `"x"`, "with null": `null`,
		"with an account only": `{"account":"x"}`,
	} {
		encoded, err := json.Marshal(map[string][]byte{"gate": []byte(memory)})
		if err != nil {
			t.Fatal(err)
		}

		states[name] = encoded
	}

	return states
}

// TestAGateCountsOnce plans a gate as often as Terraform does. 48 units are left. The gate grows from 10 to 40, and is then a new one of 40.
func TestAGateCountsOnce(t *testing.T) {
	t.Parallel()

	url := testkit.Serve(t, emulator.New(radar(48)))
	ten, forty := attributes{"radar_id": 10}, attributes{"radar_id": 40}
	created, said := newRun(t, url, "").applyGate(storedGate{}, ten)

	if said != "" || strings.Contains(string(created.private), emulator.DefaultKey) {
		t.Fatalf("Create reports %q; the private state is %s", said, created.private)
	}

	for name, private := range privateStates(t, created.private) {
		s := newRun(t, url, "")
		gate := storedGate{ten, private}

		planned, first := s.planGate(gate, forty)
		_, replaced := s.planGate(storedGate{private: planned}, forty) // With -replace, Terraform plans once more without the state.

		gate = s.refreshed(gate) // With -minimal-refresh, Terraform refreshes only now.
		_, second := s.planGate(gate, forty)

		if first+replaced+second != "" { // A warning about another account would be wrong, too.
			t.Errorf("a private state %s: the plans report %q, %q and %q", name, first, replaced, second)
		}

		if _, said := s.planGate(storedGate{}, attributes{"radar_id": 19}); !strings.Contains(said, "Granted to other gates in this run: 30") {
			t.Errorf("a private state %s: another gate reports\n%s", name, said)
		}

		// The growth is taken back: the gate is planned without it, and nothing is claimed.
		if _, said := s.planGate(gate, ten); said != "" {
			t.Errorf("a private state %s: the plan reports\n%s", name, said)
		}

		if _, said := s.planGate(storedGate{}, attributes{"radar_id": 48}); said != "" {
			t.Errorf("a private state %s: another gate reports\n%s", name, said)
		}
	}
}

// TestGatesWithoutIDsAddUp plans gates that nothing distinguishes.
func TestGatesWithoutIDsAddUp(t *testing.T) {
	t.Parallel()

	s := newRun(t, testkit.Serve(t, emulator.New(radar(48))), "")
	before, grown := storedGate{required: attributes{"radar_id": 10}}, attributes{"radar_id": 34}

	for i, want := range []string{"", "", "Granted to other gates in this run: 48"} {
		if _, said := s.planGate(before, grown); (said == "") != (want == "") || !strings.Contains(said, want) {
			t.Errorf("gate %d reports %q, want %q", i, said, want)
		}
	}

	// Read gives both gates an id, and the plan is repeated.
	for range 2 {
		if _, said := s.planGate(s.refreshed(before), grown); said != "" {
			t.Errorf("after a refresh, a gate reports\n%s", said)
		}
	}

	if _, said := s.planGate(storedGate{}, attributes{"radar_id": 1}); !strings.Contains(said, "Granted to other gates in this run: 48") {
		t.Errorf("another gate reports %q", said)
	}
}

// TestGateOfAnotherAccount has the cases in which a plan warns that another company key has granted a gate.
func TestGateOfAnotherAccount(t *testing.T) {
	t.Parallel()

	const otherKey = "00000000feedfacefeedface00000000"

	url := testkit.Serve(t, emulator.New(radar(48)))
	other := testkit.Serve(t, emulator.New(radar(48), emulator.WithCredentials(otherKey, emulator.DefaultSecretKey)))
	ten, twenty := attributes{"radar_id": 10}, attributes{"radar_id": 20}

	created, _ := newRun(t, url, "").applyGate(storedGate{}, ten)
	updated, _ := newRun(t, other, otherKey).applyGate(created, twenty)
	shrunk, _ := newRun(t, url, "").applyGate(updated, ten)
	nameless := storedGate{required: ten}
	unknownKey := configured(t, testkit.Credentials(url), attributes{"key": unknown})

	for name, test := range map[string]struct {
		*session

		gate     storedGate
		required attributes
		warns    bool
	}{
		"its own account":                         {newRun(t, url, ""), created, ten, false},
		"another account":                         {newRun(t, other, otherKey), created, ten, true},
		"another account, and it grows":           {newRun(t, other, otherKey), created, twenty, true},
		"another account, and it is a new gate":   {newRun(t, other, otherKey), storedGate{private: created.private}, ten, false},
		"the account of its growth":               {newRun(t, other, otherKey), updated, twenty, false},
		"not the account of its growth":           {newRun(t, url, ""), updated, twenty, true},
		"an account that only shrunk it":          {newRun(t, url, ""), shrunk, ten, true},
		"an unknown key":                          {unknownKey, created, ten, false},
		"a gate that nobody knows":                {newRun(t, other, otherKey), nameless, ten, false},
		"one that was refreshed by another":       {newRun(t, other, otherKey), newRun(t, url, "").refreshed(nameless), ten, true},
		"one that was refreshed without a key":    {newRun(t, other, otherKey), unknownKey.refreshed(nameless), ten, false},
		"one that was refreshed by its account":   {newRun(t, url, ""), newRun(t, url, "").refreshed(nameless), ten, false},
		"one of another that its account planned": {newRun(t, other, otherKey), newRun(t, other, otherKey).refreshed(created), ten, true},
	} {
		_, said := test.planGate(test.gate, test.required)
		if warns := strings.HasPrefix(said, "Warning: QCC quota gate of another company key"); warns != test.warns || warns == (said == "") {
			t.Errorf("%s: the plan reports %q", name, said)
		}
	}
}
