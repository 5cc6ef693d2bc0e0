package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// TestTextsOfGates compares every text of a gate with testdata/gates.golden, which has the form of diagnostics.golden.
func TestTextsOfGates(t *testing.T) {
	t.Parallel()

	requires := func(counts map[string]attr.Value) types.Map { return types.MapValueMust(types.NumberType, counts) }
	none := types.MapNull(types.NumberType)
	sample := map[string]qcc.Module{
		"radar_id":          {Name: "风险监控-企业", Total: new(int64(50)), Consumed: new(int64(2)), Remaining: new(int64(48))},
		"bene_id":           {Name: "股权穿透", Total: new(int64(100))},
		"odd_id":            {Name: "odd_id", Consumed: new(int64(2)), Unusable: []qcc.UnusableCount{{Field: qcc.TotalCount, Stated: safe(`"不限"`)}}},
		"natural_person_id": {Name: "自然人核验", Total: new(int64(5)), Consumed: new(int64(9)), Remaining: new(int64(-4))},
		"new_id":            {Name: "new_id", Total: new(int64(0)), Consumed: new(int64(0)), Remaining: new(int64(0))},
	}

	many := qcc.Quota{Modules: map[string]qcc.Module{}}
	for i := range 11 {
		many.Modules[fmt.Sprintf("module_%02d", i)] = qcc.Module{}
	}

	got := &texts{t: t}

	cases := []struct {
		name          string
		id            string
		before, after int64
		granted, by   int64
		reserved      int64
		beside        bool // Whether something consumes beside the gates.
		gates         int  // Gates that the apply has granted before.
		later         bool // Whether another one was refused before.
		quota         qcc.Quota
	}{
		{name: "new gate", id: "radar_id", after: 60, by: 12, quota: qcc.Quota{Modules: sample}},
		{name: "new gate of a module that the document does not know", id: "new_id", after: 1, by: 1, quota: qcc.Quota{Modules: sample}},
		{name: "gate that grows", id: "radar_id", before: 5, after: 60, by: 7, quota: qcc.Quota{Modules: sample}},
		{name: "third gate", id: "radar_id", after: 20, granted: 40, by: 12, quota: qcc.Quota{Modules: sample}},
		{name: "fourth gate", id: "radar_id", after: 20, granted: 40, by: 12, later: true, quota: qcc.Quota{Modules: sample}},
		{name: "third gate of an apply", id: "radar_id", after: 20, granted: 40, gates: 2, by: 12, quota: qcc.Quota{Modules: sample}},
		{name: "gate while others hold reservations", id: "radar_id", after: 20, reserved: 40, by: 12, quota: qcc.Quota{Modules: sample}},
		{name: "gate while something consumes beside", id: "radar_id", after: 20, reserved: 60, by: 32, beside: true, quota: qcc.Quota{Modules: sample}},
		{name: "more used than bought", id: "natural_person_id", after: 1, by: 5, quota: qcc.Quota{Modules: sample}},
		{name: "count that is not stated", id: "bene_id", after: 1, by: 1, quota: qcc.Quota{Modules: sample}},
		{name: "count that is none", id: "odd_id", before: 1, after: 2, by: 1, quota: qcc.Quota{Modules: sample}},
		{name: "module that the account does not have", id: "radarid", after: 1, by: 1, quota: qcc.Quota{Modules: sample}},
		{name: "module that an account with many does not have", id: "radar_id", after: 1, by: 1, quota: many},
		{name: "account without modules", id: "radar_id", after: 1, by: 1},
		{name: "account without a record", id: "radar_id", after: 1, by: 1, quota: qcc.Quota{NoRecord: true}},
	}
	refusals := make([]example, 0, len(cases))

	for _, refusal := range cases {
		before := none

		if refusal.before > 0 {
			before = requires(map[string]attr.Value{refusal.id: whole(refusal.before)})
		}

		change := newGateChange(before, requires(map[string]attr.Value{refusal.id: whole(refusal.after)}))
		short := reservation.Shortage{
			Module: refusal.id, Adds: change.adds[refusal.id], Granted: refusal.granted, Reserved: refusal.reserved, Beside: refusal.beside, Short: refusal.by,
		}

		if refusal.reserved > 0 {
			short.Holders = []reservation.Holder{{Name: "https://ci.example.com/job/7", Units: 30, Until: 1_796_000_000_001}, {Name: "build-3", Units: 10, Until: 1_796_000_040_000}}
		}

		verdict := &reservation.Verdict{Judged: true, Short: []reservation.Shortage{short}, FirstRefusal: !refusal.later, Gates: refusal.gates}

		refusals = append(refusals, example{refusal.name, func(language message.Language) diag.Diagnostic {
			return refusalDiagnostic(language, verdict, 0, refusal.quota, change, safe)
		}, nil})
	}

	got.shape("refusals", refusals...)

	got.messages("gate that cannot be judged", func(l message.Language) (string, string) {
		return l.GateNotRead(&qcc.ReadError{Err: &qcc.StatusError{Status: qcc.Lookup(101)}, Attempts: 1})
	})

	got.messages("warnings of gates", message.Language.GateOfOtherAccount,
		func(l message.Language) (string, string) {
			return l.ConsumedBesideGates([]string{"radar_id", "bene_id"})
		})

	failures := make([]func(message.Language) (string, string), 0, len(reservation.Failures()))
	for _, failure := range reservation.Failures() {
		failures = append(failures, func(l message.Language) (string, string) {
			return l.GateNotReserved(&reservation.Error{Failure: failure, Host: "db.example.com:5432", Code: "57P03"})
		})
	}

	got.messages("reservation database that cannot be used", failures...)

	notJudged := func(name string, required types.Map, fields ...qcc.Field) example {
		return example{name, func(language message.Language) diag.Diagnostic {
			return judgedAtApplyDiagnostic(language, newGateChange(none, required), fields)
		}, nil}
	}

	got.shape("not judged until apply",
		notJudged("requirement that is not known", types.MapUnknown(types.NumberType)),
		notJudged("counts that are not known", requires(map[string]attr.Value{
			"radar_id": types.NumberUnknown(), "bene_id": types.NumberUnknown(), "Odd-id": types.NumberUnknown(), "new_id": whole(1),
		})),
		notJudged("account that is not known", requires(map[string]attr.Value{"radar_id": whole(1)}), qcc.FieldKey, qcc.FieldBaseURL))

	requirement := func(fault message.RequirementFault, id string) func(message.Language) (string, string) {
		return func(l message.Language) (string, string) { return l.InvalidRequirement(fault, id) }
	}

	got.messages("requirements", requirement(message.RequirementNull, "radar_id"), requirement(message.RequirementNegative, "radar_id"),
		requirement(message.RequirementFractional, "radar_id"), requirement(message.RequirementTooLarge, "radar_id"),
		requirement(message.RequirementNegative, "Odd-id"), requirement(message.ModuleIDEmpty, ""), requirement(message.ModuleIDImpossible, "a b"),
		requirement(message.ModuleIDSecret, "x"))

	importID := func(part int, kind message.ImportFaultKind) func(message.Language) (string, string) {
		return func(l message.Language) (string, string) {
			return l.InvalidImportID(message.ImportFault{Part: part, Kind: kind})
		}
	}

	got.messages("imports", importID(1, message.ImportNoPair), importID(2, message.ImportCount), importID(3, message.ImportTwice),
		importID(4, message.ImportSecret))

	compareWithGolden(t, "gates.golden", got.out.String())
}

// TestARefusalDoesNotRepeatACredential requires a module whose id is a credential, in the wrong place.
func TestARefusalDoesNotRepeatACredential(t *testing.T) {
	t.Parallel()

	const key, secretKey = "0123456789abcdef0123456789abcdef", "FEDCBA9876543210FEDCBA9876543210"

	client, err := qcc.New(qcc.Config{Key: key, SecretKey: secretKey, BaseURL: qcc.DefaultBaseURL, Timeout: qcc.DefaultTimeout})
	if err != nil {
		t.Fatal(err)
	}

	for id, where := range map[string]string{
		key: "required", secretKey: "required", "x" + key[3:12]: "required", "##vso[task]": "required", "::error::" + strings.ToUpper(key): "required", "new_id": `required["new_id"]`,
	} {
		change := newGateChange(types.MapNull(types.NumberType), types.MapValueMust(types.NumberType, map[string]attr.Value{id: whole(1)}))
		verdict := &reservation.Verdict{FirstRefusal: true, Short: []reservation.Shortage{
			{Module: id, Adds: 1, Short: 1, Reserved: 1, Holders: []reservation.Holder{{Name: id, Units: 1}}},
		}}

		for _, modules := range []map[string]qcc.Module{
			nil, {id: {Name: "x"}}, {id: {Name: "x", Total: new(int64(1)), Consumed: new(int64(1)), Remaining: new(int64(0))}},
		} {
			for _, language := range message.Languages() {
				refusal := refusalDiagnostic(language, verdict, 0, qcc.Quota{Modules: modules}, change, client.Redact)
				if withPath, ok := refusal.(diag.DiagnosticWithPath); !ok || withPath.Path().String() != where {
					t.Errorf("the refusal of %q points at %v", id, withPath.Path())
				}

				detail := strings.ReplaceAll(refusal.Detail(), "\n", "") // A secret on two lines is still one.
				for _, secret := range []string{key[3:11], secretKey[3:11], strings.ToUpper(key)[3:11], "##"} {
					if strings.Contains(detail, secret) {
						t.Errorf("the refusal of %q says %q", id, detail)
					}
				}
			}
		}
	}
}
