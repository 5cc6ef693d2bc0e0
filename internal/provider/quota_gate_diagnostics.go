package provider

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/words"
)

// The provider does not know whether Terraform applies or destroys, because it plans the configuration before either.
const (
	afterAnApply = "If this run is an apply: gates that passed in it stay in the state, even if their orders are missing now. To judge them " +
		"again, replace them in the next run with -replace='ADDRESS'."
	beforeADestroy = "If this run is a destroy: run it with -refresh=false. Then Terraform does not plan the configuration first."
)

// mostListed is how many modules of an account an error lists.
const mostListed = 10

// refusalDiagnostic says what a gate is short of. It says what to do if it is the first one of the run.
//
// redact makes an id of the configuration fit to be shown, because a credential may stand in the wrong place. The path of the diagnostic
// omits an id that is not fit, because the framework logs paths.
func refusalDiagnostic(s shortage, change *gateChange, first bool, redact func(string) qcc.Words) diag.Diagnostic {
	id, where := redact(s.id).String(), path.Root(requiredAttribute)
	if id == s.id {
		where = where.AtMapKey(s.id)
	}

	title, what, remedy := notEnough(s, id, "This gate adds: "+addsText(s.adds, change.before[s.id], change.after[s.id]))

	if !first {
		return diag.NewAttributeErrorDiagnostic(where, title, what)
	}

	return diag.NewAttributeErrorDiagnostic(where, title, paragraphs(what, remedy, afterAnApply, beforeADestroy))
}

// notEnough returns what is wrong, and what to do about it.
func notEnough(s shortage, id, adds string) (title, what, remedy string) {
	switch {
	case s.module == nil && s.quota.NoRecord:
		status := words.Status(qcc.Lookup(qcc.CodeNoRecord))

		return "No such QCC quota module", paragraphs(
			fmt.Sprintf("The account has no module %q, nor any other: QCC answered with status code %d.", id, qcc.CodeNoRecord), facts(adds), status.Meaning), status.Remedy
	case s.module == nil:
		return "No such QCC quota module", paragraphs(
				fmt.Sprintf("The account has no module %q.", id), facts(adds, "The account has: "+modulesText(s.quota))),
			"Correct the module id in required. If the id is correct, buy the module from QCC first."
	case s.module.Remaining == nil:
		return "Unstated QCC quota", paragraphs(
				fmt.Sprintf("QCC does not say how much is left of %s, so the gate cannot pass.", nameText(id, *s.module)),
				facts(adds, "Total: "+statedText(s.module.Total), "Consumed: "+statedText(s.module.Consumed))),
			"Ask QCC for the count: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	}

	lines := []string{adds}
	left := fmt.Sprintf("Left at QCC: %d of %d", *s.module.Remaining, *s.module.Total)
	remedy = "Order less, or buy more quota from QCC."

	if s.granted.Sign() > 0 {
		lines = append(lines, "Available to this gate: "+countText(new(big.Float).Sub(s.adds, s.by)), left,
			"Granted to other gates in this run: "+countText(s.granted))
		remedy += " Terraform judges gates in any order, so another run may refuse another gate."
	} else {
		lines = append(lines, left)
	}

	return "Not enough QCC quota", paragraphs(fmt.Sprintf("The quota of %s is short by %s.", nameText(id, *s.module), countText(s.by)), facts(lines...)), remedy
}

// addsText returns what a gate adds, and from what to what its requirement grows if it had one.
func addsText(adds *big.Float, before, after attr.Value) string {
	if had := count(before); had.Sign() > 0 {
		return fmt.Sprintf("%s (from %s to %s)", countText(adds), countText(had), countText(count(after)))
	}

	return countText(adds)
}

func countText(count *big.Float) string { return count.Text('f', 0) }

func statedText(count *int64) string {
	if count == nil {
		return "not stated"
	}

	return strconv.FormatInt(*count, 10)
}

// nameText returns a module's id, with its product name if the interface document has one.
func nameText(id string, module qcc.Module) string {
	if module.Name == id {
		return id
	}

	return fmt.Sprintf("%s (%s)", id, module.Name)
}

// modulesText lists the modules of an account. The client has checked that their ids are fit to be shown.
func modulesText(quota qcc.Quota) string {
	ids := slices.Sorted(maps.Keys(quota.Modules))
	if more := len(ids) - mostListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:mostListed], ", "), more)
	}

	return cmp.Or(strings.Join(ids, ", "), "no modules")
}

// gateReadDiagnostic is for a gate that cannot be judged.
func gateReadDiagnostic(err error) diag.Diagnostic {
	failed := readDiagnostic(err)

	return diag.NewErrorDiagnostic(failed.Summary(), paragraphs(
		failed.Detail(), "The provider reads the quota because this gate adds something.", afterAnApply, beforeADestroy))
}

// judgedAtApplyDiagnostic is for a plan that does not know all that a gate requires, or which account pays for it.
func judgedAtApplyDiagnostic(change *gateChange, unknown []qcc.Field) diag.Diagnostic {
	var what []string

	if change.unknownIDs {
		what = append(what, requiredAttribute)
	}

	for _, id := range change.unknown {
		what = append(what, requiredAttribute+"["+mentionable(id)+"]")
	}

	for _, field := range unknown {
		what = append(what, string(field)+" in the provider block")
	}

	atPlan := "The plan judges the counts that it knows."
	if len(unknown) > 0 || len(change.adds) == 0 {
		atPlan = "The plan does not judge this gate."
	}

	return diag.NewWarningDiagnostic("QCC quota gate not judged until apply", paragraphs(
		"Terraform does not know before apply: "+strings.Join(what, ", ")+". "+atPlan+" The apply judges all that this gate adds, before "+
			"anything that depends on it. If the quota does not suffice then, the apply fails half-way.",
		"To let the plan decide, take the values from variables or from resources that exist already."))
}

// importIDDiagnostic says how the id of an import looks. It does not repeat the id, because a credential may stand in the wrong place.
func importIDDiagnostic(fault string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Invalid import ID", paragraphs(
		fault, "The import ID of a gate lists what it requires of each module, such as radar_id=1 or radar_id=1,bene_id=5."))
}
