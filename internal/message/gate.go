package message

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// mostListed is how many modules of an account an error lists at most.
const mostListed = 10

// Refusal is a module whose quota is too low for a gate.
type Refusal struct {
	// ID is the module's id. It must be safe to show.
	ID string
	// Module is the module's quota; nil if the account does not have the module. Quota is the quota of the whole account.
	Module *qcc.Module
	Quota  qcc.Quota
	// Adds is what the gate adds: After - Before, its requirement after and before the change.
	Adds, Before, After int64
	// Granted is what other gates of the run were granted before. Reserved is what other runs have reserved, and Holders has some of their
	// holders. Short is the shortfall.
	Granted, Reserved, Short int64
	Holders                  []Holder
	// Beside reports whether something consumes the module's quota beside the gates, so that all reservations count.
	Beside bool
	// First reports whether this is the first refusal of the run. Only the first refusal says what to do.
	First bool
	// Gates is how many gates this apply has granted before; 0 at plan.
	Gates int
	// ImportID is the import ID of the whole gate; empty if the gate is in the state already.
	ImportID string
}

// Holder is who holds reservations of a module.
type Holder struct {
	// Name is safe to show.
	Name qcc.SafeText
	// Units is the sum of the reservations, and Until when the last of them ends.
	Units int64
	Until time.Time
}

// Refusal returns the error for a module whose quota is too low for a gate. The first refusal of a run also says what to do.
func (l Language) Refusal(r Refusal) (title, detail string) {
	why := l.refusal(r)
	paragraphs := []string{why.what, facts(why.facts...), why.meaning}

	if r.First {
		paragraphs = append(paragraphs, why.remedy, l.advice(r.Gates))
	}

	return l.diagnostic(why.title, paragraphs...)
}

// refusal has the parts of a refusal's text. The meaning is empty if what happened needs no explanation.
type refusal struct {
	title   Text
	what    string
	facts   []string
	meaning string
	remedy  string
}

func (l Language) refusal(r Refusal) refusal {
	noModule := Text{"No such QCC quota module", "企查查账号没有这个额度模块"}

	switch {
	case r.Module == nil && r.Quota.NoRecord:
		status := Status(qcc.Lookup(qcc.CodeNoRecord))

		return refusal{title: noModule, what: l.format(Text{
			"The account has no quota module %q and no other quota module: QCC answered with status code %d.",
			"账号没有额度模块 %q，也没有其他额度模块：企查查返回状态码 %d。",
		}, r.ID, qcc.CodeNoRecord), facts: []string{l.adds(r)}, meaning: status.Meaning.In(l), remedy: status.Remedy.In(l)}
	case r.Module == nil:
		return refusal{
			title: noModule,
			what:  l.format(Text{"The account has no quota module %q.", "账号没有额度模块 %q。"}, r.ID),
			facts: append([]string{l.adds(r)}, l.modules(r.Quota)...),
			remedy: Text{
				"Correct the module id in required. If the id is correct, buy the module from QCC first.",
				"请更正 required 中的模块 ID。如果 ID 没有写错，请先向企查查购买该模块。",
			}.In(l),
		}
	case r.Module.Remaining == nil:
		return refusal{title: Text{"Unstated QCC quota", "企查查没有给出额度"}, what: l.format(Text{
			"QCC does not say how much is left of %s, so the gate cannot pass.", "企查查没有给出 %s 的剩余额度，门禁不能放行。",
		}, l.name(r.ID, r.Module)), facts: []string{
			l.adds(r),
			l.format(Text{"Total: %s", "总额度：%s"}, l.stated(r.Module.Total, r.Module, qcc.TotalCount)),
			l.format(Text{"Consumed: %s", "消耗额度：%s"}, l.stated(r.Module.Consumed, r.Module, qcc.ConsumedCount)),
		}, remedy: l.join(askForCount().In(l), l.orImport(r))}
	default:
		return l.notEnoughQuota(r)
	}
}

func (l Language) notEnoughQuota(r Refusal) refusal {
	left := l.format(Text{"Left at QCC: %d of %d", "剩余额度：%d（总额度 %d）"}, *r.Module.Remaining, *r.Module.Total)
	said := refusal{
		title:  Text{"Not enough QCC quota", "企查查额度不足"},
		what:   l.format(Text{"The quota of %s is short by %d.", "%s 的额度不足，缺口为 %d。"}, l.name(r.ID, r.Module), r.Short),
		facts:  []string{l.adds(r), left},
		remedy: Text{"Order less, or buy more quota from QCC.", "请减少订单，或者向企查查增购额度。"}.In(l),
	}

	if r.Granted > 0 || r.Reserved > 0 {
		said.facts = []string{l.adds(r), l.format(Text{"Available to this gate: %d", "本门禁可用：%d"}, max(r.Adds-r.Short, 0)), left}
	}

	if r.Granted > 0 {
		said.facts = append(said.facts, l.format(Text{"Granted to other gates in this run: %d", "本次运行中其他门禁已占用：%d"}, r.Granted))
		said.remedy = l.join(said.remedy, Text{
			"Terraform judges gates in any order, so another run may refuse another gate.", "Terraform 检查门禁的顺序不固定，下次被拒绝的可能是另一道门禁。",
		}.In(l))
	}

	if r.Beside {
		said.meaning = Text{
			"QCC has counted more than the gates were granted, so something consumes quota without a gate. For seven days after that, all " +
				"reservations count on top of what QCC has counted.",
			"企查查计入的消耗超过了门禁放行的用量，说明有消耗没有经过门禁。此后七天，门禁会在企查查已计入的消耗之上再加上全部预留。",
		}.In(l)
	}

	if r.Reserved > 0 {
		said.facts = append(said.facts, l.reserved(r)...)
		said.remedy = l.join(Text{
			"Other runs have reserved quota for their orders. Wait until their reservations end, or until QCC has counted the orders.",
			"其他运行已为它们的订单预留额度。请等预留到期，或等企查查把这些订单计入消耗额度。",
		}.In(l), said.remedy)
	}

	said.remedy = l.join(said.remedy, l.orImport(r))

	return said
}

// orImport says how to take over work that exists already. It is empty if the gate is in the state.
func (l Language) orImport(r Refusal) string {
	if r.ImportID == "" {
		return ""
	}

	return Text{"If this work exists already, import its gate:", "如果订单已经存在，请为它 import 门禁："}.In(l) + "\n" +
		facts("terraform import 'ADDRESS' "+r.ImportID)
}

// reserved says what other runs have reserved, until when and by whom.
func (l Language) reserved(r Refusal) []string {
	lines := make([]string, 0, 1+2*len(r.Holders))
	lines = append(lines, l.format(Text{"Reserved by other runs: %d", "其他运行已预留：%d"}, r.Reserved))

	for _, holder := range r.Holders {
		lines = append(lines,
			l.format(Text{"Until %s: %d", "预留至 %s：%d"}, l.minute(holder.Until), holder.Units),
			l.format(Text{"Held by: %s", "持有者：%s"}, holder.Name))
	}

	return lines
}

// minute formats a time, rounded up to the minute, in the time zone of the readers.
func (l Language) minute(at time.Time) string {
	const minute = "2006-01-02 15:04 "

	at = at.Add(time.Minute - 1)
	if l == Chinese {
		return at.In(time.FixedZone("", 8*60*60)).Format(minute) + "(UTC+8)"
	}

	return at.UTC().Format(minute) + "UTC"
}

// advice says what to do before a destroy and after an apply, and links to the page about both. The provider cannot distinguish the two,
// because Terraform plans the configuration before a destroy as well. The number of gates that this apply has granted is 0 if none was granted
// before the text is made. If some were, the run is an apply.
func (l Language) advice(gates int) string {
	said := Text{
		"If this run is a destroy, add -refresh=false. If it is an apply, see", "如果这次运行是销毁，请加上 -refresh=false；如果是 apply，处理办法见：",
	}.In(l)
	if gates > 0 {
		said = l.format(Text{
			"Gates that this apply has granted so far: %d. They stay in the state, see", "这次 apply 已放行 %d 道门禁，它们会留在 state 中，处理办法见：",
		}, gates)
	}

	return said + "\n" + l.guide("gate-orders")
}

// adds says what a gate adds. If the gate had a requirement, it also says the requirement before and after.
func (l Language) adds(r Refusal) string {
	if r.Before > 0 {
		return l.format(Text{"This gate adds: %d (from %d to %d)", "本门禁新增：%d（从 %d 增加到 %d）"}, r.Adds, r.Before, r.After)
	}

	return l.format(Text{"This gate adds: %d", "本门禁新增：%d"}, r.Adds)
}

// stated returns a count of a module, or what QCC stated in its place.
func (l Language) stated(count *int64, module *qcc.Module, field string) string {
	if count != nil {
		return strconv.FormatInt(*count, 10)
	}

	for _, wrong := range module.Unusable {
		if wrong.Field == field {
			return l.format(Text{"%s (not a count)", "%s（不是有效数值）"}, l.unusable(wrong))
		}
	}

	return notStated().In(l)
}

// name returns a module's id, with its product name if the interface document has one.
func (l Language) name(id string, module *qcc.Module) string {
	if module.Name == id {
		return id
	}

	return l.format(Text{"%s (%s)", "%s（%s）"}, id, module.Name)
}

// modules lists the modules of an account. The client has checked that their ids are safe to show. A long list takes several lines, each
// of at most lineWidth columns unless a single id is longer.
func (l Language) modules(quota qcc.Quota) []string {
	ids := slices.Sorted(maps.Keys(quota.Modules))
	if len(ids) == 0 {
		ids = []string{Text{"no modules", "无"}.In(l)}
	}

	if more := len(ids) - mostListed; more > 0 {
		ids = ids[:mostListed]
		ids[mostListed-1] = l.format(Text{"%s and %d more", "%s，另有 %d 个"}, ids[mostListed-1], more)
	}

	var (
		separator = Text{", ", "、"}.In(l)
		lines     []string
		line      = Text{"The account has: ", "账号现有额度模块："}.In(l) + ids[0]
	)

	for _, id := range ids[1:] {
		if width(factIndent+line+separator+id+separator) > lineWidth {
			lines = append(lines, line+strings.TrimSpace(separator))
			line = factIndent + id
		} else {
			line += separator + id
		}
	}

	return append(lines, line)
}

// GateNotRead returns the error for a gate that cannot be judged, because the quota cannot be read.
func (l Language) GateNotRead(err error) (title, detail string) {
	title, detail = l.FailedRead(err)

	return title, detail + "\n\n" + l.paragraphs(Text{
		"The provider reads the quota because this gate adds something.", "本门禁有新增用量，所以 provider 查询了额度。",
	}.In(l), l.advice(0))
}

// NotJudgedUntilApply lists the unknown values because of which a plan cannot judge a gate completely.
type NotJudgedUntilApply struct {
	// Attribute is the name of the requirement if Terraform does not know the module ids; else empty.
	Attribute string
	// Modules are the ids of the modules whose count is unknown.
	Modules []string
	// Fields are the unknown fields of the provider block.
	Fields []qcc.Field
	// JudgesSome reports whether the plan judges the counts that it knows.
	JudgesSome bool
}

// NotJudgedUntilApply returns a warning with the unknown values, and with the time at which the gate is judged.
func (l Language) NotJudgedUntilApply(unknown NotJudgedUntilApply) (title, detail string) {
	var what []string

	if unknown.Attribute != "" {
		what = append(what, unknown.Attribute)
	}

	for _, id := range unknown.Modules {
		what = append(what, "required["+l.mentionable(id)+"]")
	}

	if len(unknown.Fields) > 0 {
		what = append(what, l.format(Text{"%s in the provider block", "provider 块中的 %s"}, l.list(fieldNames(unknown.Fields))))
	}

	atPlan := Text{"The plan does not judge this gate.", "plan 不检查本门禁。"}
	if unknown.JudgesSome {
		atPlan = Text{"The plan judges the counts that it knows.", "plan 只检查已知的需求量。"}
	}

	return l.diagnostic(Text{"QCC quota gate not judged until apply", "额度门禁要到 apply 时才检查"},
		l.join(
			l.format(Text{"Terraform does not know before apply: %s.", "Terraform 要到 apply 时才能确定 %s。"}, l.list(what)),
			atPlan.In(l),
			Text{
				"The apply judges all that this gate adds, before anything that depends on it. If the quota is not enough then, the apply fails " +
					"half-way.",
				"apply 会先检查本门禁的全部新增用量，再创建依赖它的资源。如果届时额度不足，apply 会中途失败。",
			}.In(l)),
		Text{
			"To let the plan decide, take the values from variables or from resources that exist already.",
			"要让 plan 来判断，请用变量或已有的资源提供这些值。",
		}.In(l))
}
