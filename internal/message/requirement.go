package message

import (
	"regexp"
	"strconv"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// RequirementFault is the reason why a requirement is invalid. The zero value means that the requirement is valid.
type RequirementFault int

// The faults of requirements.
const (
	RequirementNull RequirementFault = iota + 1
	RequirementNegative
	RequirementFractional
	RequirementTooLarge
	ModuleIDEmpty
	ModuleIDImpossible
	ModuleIDSecret
)

// MostRequired is the largest requirement of one module. A larger one is certainly a mistake.
const MostRequired = 1_000_000_000_000_000

// requirementFault returns the sentence about an invalid count, without a full stop. It begins with the name of the requirement.
func requirementFault(fault RequirementFault) Text {
	return map[RequirementFault]Text{
		RequirementNull: {
			"%s is null, and must be a whole number; leave the module out if nothing of it is required",
			"%s为 null，应为整数；不需要该模块时，请不要写这一项",
		},
		RequirementNegative:   {"%s is negative, and must be 0 or more", "%s是负数，不能小于 0"},
		RequirementFractional: {"%s is not a whole number", "%s不是整数"},
		RequirementTooLarge:   {"%s is too large, and must be at most " + strconv.FormatInt(MostRequired, 10), "%s过大，最多 " + strconv.FormatInt(MostRequired, 10)},
	}[fault]
}

// InvalidRequirement returns the error for an invalid requirement of a gate.
func (l Language) InvalidRequirement(fault RequirementFault, id string) (title, detail string) {
	heading := Text{"Invalid QCC quota requirement", "额度需求无效"}

	switch fault {
	case ModuleIDEmpty:
		return l.diagnostic(heading, Text{
			"A requirement has an empty module id. Write a module id such as radar_id, bene_id or natural_person_id.",
			"有一项需求的模块 ID 为空。请写上模块 ID，例如 radar_id、bene_id 或 natural_person_id。",
		}.In(l))
	case ModuleIDImpossible:
		return l.diagnostic(heading, Text{
			"A requirement has a module id that no account can have. Remove spaces and invisible characters from it.",
			"有一项需求的模块 ID 无效，任何账号都没有这个模块。请删除其中的空格和不可见字符。",
		}.In(l))
	case ModuleIDSecret:
		return l.diagnostic(heading, Text{
			"A requirement has a module id that contains a part of key, of secret_key or of a signature. Write a module id such as radar_id, " +
				"bene_id or natural_person_id.",
			"有一项需求的模块 ID 含有 key、secret_key 或签名的一部分。请写上模块 ID，例如 radar_id、bene_id 或 natural_person_id。",
		}.In(l))
	default:
		name := l.format(Text{"The requirement of %s", "%s 的需求量"}, l.mentionable(id))

		return l.diagnostic(heading, l.format(requirementFault(fault), name)+Text{".", "。"}.In(l))
	}
}

// RequirementOfFunction returns the error for an invalid requirement of the function shortfalls. Terraform prints its own text before the
// error, which takes the given number of columns, and adds a full stop. The error omits ids that are not in the interface document, because
// the map may be sensitive, and a function cannot check that.
func (l Language) RequirementOfFunction(fault RequirementFault, id string, columns int) string {
	name := Text{
		"the requirement of a module that the interface document does not name", "接口文档中没有的某个模块的需求量",
	}.In(l)
	if qcc.IsDocumentedModule(id) {
		name = l.format(Text{"the requirement of %q", "%q 的需求量"}, id)
	}

	said := l.format(requirementFault(fault), name)
	if l == Chinese {
		return wrap(said, columns)
	}

	return said
}

// moduleIDShape matches short words in lower case, joined by underscores.
var moduleIDShape = regexp.MustCompile(`^[a-z]{1,15}(_[a-z0-9]{1,15}){0,3}$`)

// IsMentionable reports whether a module id is safe to show before the provider knows the credentials. A user may have written a credential
// there by mistake.
func IsMentionable(id string) bool { return moduleIDShape.MatchString(id) }

// mentionable returns a module id in quotes. If the id has an unusual form, it returns a text without the id.
func (l Language) mentionable(id string) string {
	if IsMentionable(id) {
		return strconv.Quote(id)
	}

	return Text{"a module whose id has an unusual form", "某个模块（ID 的形式不常见）"}.In(l)
}

// ImportFault describes an invalid import ID.
type ImportFault struct {
	// Part is the number of the invalid part, counted from 1; 0 if the ID is valid.
	Part int
	// Kind is the reason why the part is invalid.
	Kind ImportFaultKind
}

// ImportFaultKind is the reason why a part of an import ID is invalid.
type ImportFaultKind int

// The kinds of faults in import IDs.
const (
	ImportNoPair ImportFaultKind = iota
	ImportCount
	ImportTwice
	ImportSecret
)

// InvalidImportID returns the error for an invalid import ID, with an example. It does not repeat the ID, because a user may have written a
// credential there by mistake.
func (l Language) InvalidImportID(fault ImportFault) (title, detail string) {
	what := [...]Text{
		ImportNoPair: {
			"Part %d is not a module id and a count with an equals sign between them.", "第 %d 部分不是用等号连接的模块 ID 和数量。",
		},
		ImportCount: {
			"The count in part %d is not a whole number from 0 to " + strconv.FormatInt(MostRequired, 10) + ".", "第 %d 部分的数量不是 0 到 " + strconv.FormatInt(MostRequired, 10) + " 之间的整数。",
		},
		ImportSecret: {
			"The module id in part %d contains a part of key, of secret_key or of a signature.", "第 %d 部分的模块 ID 含有 key、secret_key 或签名的一部分。",
		},
		ImportTwice: {"Part %d names a module for the second time.", "第 %d 部分重复了前面的模块。"},
	}[fault.Kind]

	return l.diagnostic(Text{"Invalid import ID", "import ID 无效"}, l.format(what, fault.Part), Text{
		"The import ID of a gate lists the requirement of each module, such as radar_id=1 or radar_id=1,bene_id=5.",
		"门禁的 import ID 列出每个模块的需求量，例如 radar_id=1 或 radar_id=1,bene_id=5。",
	}.In(l))
}
