package message

import (
	"strconv"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// invalidConfiguration is the title for values of the provider block that cannot be used.
func invalidConfiguration() Text {
	return Text{"Invalid QCC provider configuration", "QCC provider 配置无效"}
}

// InvalidConfiguration returns the error for an invalid setting. The variable is the environment variable that holds the value; empty if
// the provider block holds it.
func (l Language) InvalidConfiguration(wrong *qcc.ConfigError, variable string) (title, detail string) {
	return l.diagnostic(invalidConfiguration(), l.join(l.cannotBeUsed(wrong.Field, variable), l.configProblem(wrong)))
}

// cannotBeUsed says where an invalid value comes from. It does not repeat the value, because it may be a credential.
func (l Language) cannotBeUsed(field qcc.Field, variable string) string {
	if variable == "" {
		return l.format(Text{"The value of %s in the provider block cannot be used.", "provider 块中 %s 的值无效。"}, field)
	}

	return l.format(Text{
		"The value of %s, which comes from the environment variable %s, cannot be used.", "%s 的值无效，它来自环境变量 %s。",
	}, field, variable)
}

func (l Language) configProblem(wrong *qcc.ConfigError) string {
	text := configProblems()[wrong.Problem]

	switch {
	case wrong.Position > 0:
		return l.format(text, wrong.Position, wrong.Char)
	case wrong.Value != "":
		return l.format(text, wrong.Value)
	default:
		return text.In(l)
	}
}

// configProblems returns the text for each problem of qcc.ConfigProblems. The formatting verbs of a text stand for the fields that the
// problem uses.
func configProblems() map[qcc.ConfigProblem]Text {
	const (
		saveAsUTF8   = "Save the file that it comes from as UTF-8 without a byte-order mark."
		saveAsUTF8ZH = "请把来源文件保存为不带 BOM（byte-order mark）的 UTF-8。"
		keepOnly     = "Keep only the scheme, the host, the port and the path."
		keepOnlyZH   = "请只保留协议、主机、端口和路径。"
	)

	return map[qcc.ConfigProblem]Text{
		qcc.ConfigEmpty: {"It is empty.", "值为空。"},
		qcc.ConfigNotUTF8: {
			"It is not UTF-8 text, but in another encoding such as UTF-16 or Latin-1. " + saveAsUTF8,
			"编码不是 UTF-8，而是 UTF-16、Latin-1 等其他编码。" + saveAsUTF8ZH,
		},
		qcc.ConfigByteOrder: {"It begins with a byte-order mark, which is invisible. " + saveAsUTF8, "开头有不可见的 BOM。" + saveAsUTF8ZH},
		qcc.ConfigWhiteSpace: {
			"It begins or ends with white space, as a copied value often does. Remove the white space.",
			"开头或结尾有空白字符，复制时常会带上。请删除空白字符。",
		},
		qcc.ConfigQuotes: {
			"It is enclosed in quotes, which are a part of the value. Remove the quotes.", "引号也成了值的一部分。请删除首尾的引号。",
		},
		qcc.ConfigInvisible: {
			"Its character %d is invisible (%U). Copy the value again, or type it.", "第 %d 个字符不可见（%U）。请重新复制，或者手工输入。",
		},
		qcc.ConfigTooLong: {
			"It has %s bytes, and may have " + strconv.Itoa(qcc.MaxCredential) + " at most. It is probably the content of the wrong file.",
			"共 %s 字节，最多 " + strconv.Itoa(qcc.MaxCredential) + " 字节，很可能误用了其他文件的内容。",
		},
		qcc.ConfigSame: {
			"It is the same as key. The two are different values, and QCC Pro shows both under 设置中心 -> 我的公司: key identifies the company, " +
				"and secret_key signs the queries.",
			"与 key 相同。这是两个不同的值，都可以在企查查专业版的“设置中心 -> 我的公司”中查看：key 表明是哪家公司，secret_key 用于签名。",
		},
		qcc.ConfigNoURL: {
			`It is not an absolute URL with its scheme and at most a port, such as "` + qcc.DefaultBaseURL + `".`,
			`不是完整的 URL。请写明协议和主机，必要时加上端口，例如 "` + qcc.DefaultBaseURL + `"。`,
		},
		qcc.ConfigUser: {
			"It contains a user name or a password. Remove them: the service accepts neither.", "含有用户名或密码。企查查不接受，请删除。",
		},
		qcc.ConfigPath: {
			"It ends with " + qcc.QuotaPath + ", which the provider adds itself. Remove this path.", "以 " + qcc.QuotaPath + " 结尾。这段路径由 provider 添加，请删除。",
		},
		qcc.ConfigQuery: {"It has a query or a fragment. " + keepOnly, "含有查询参数或片段。" + keepOnlyZH},
		qcc.ConfigPlainHTTP: {
			"It would send the key unencrypted: http is supported for loopback hosts only. Use https.",
			"http 会明文发送 key，只允许用于本机回环地址。请使用 https。",
		},
		qcc.ConfigScheme: {
			"Its scheme is neither https nor, for a loopback host, http.", "协议只能是 https；对本机回环地址也可以是 http。",
		},
		qcc.ConfigCredential: {"It contains key or secret_key. " + keepOnly, "含有 key 或 secret_key。" + keepOnlyZH},
		qcc.ConfigNoDuration: {
			`It is not a duration with a unit, such as "30s" or "2m".`, `不是带单位的时长。请写成 "30s" 或 "2m" 这样的形式。`,
		},
		qcc.ConfigNoWholeCount: {
			"It is not a whole number between 0 and " + strconv.Itoa(qcc.LimitMaxRetries) + ".", "必须是 0 到 " + strconv.Itoa(qcc.LimitMaxRetries) + " 之间的整数。",
		},
		qcc.ConfigTimeout: {"It is %s, and must be between 1s and 10m.", "%s 超出范围，必须在 1s 到 10m 之间。"},
	}
}

// InvalidLanguage returns the error for an invalid language, in both languages, because the user's language is not known.
func InvalidLanguage(field qcc.Field, variable string) (title, detail string) {
	text := Text{
		`It must be "en" (English) or "zh" (simplified Chinese, 简体中文).`,
		`必须是 "en"（英文，English）或 "zh"（简体中文）。`,
	}

	return invalidConfiguration().In(English), English.paragraphs(
		English.join(English.cannotBeUsed(field, variable), text.In(English)),
		Chinese.paragraphs(Chinese.join(Chinese.cannotBeUsed(field, variable), text.In(Chinese))))
}

// MissingCredential returns the error for a required credential that is not set.
func (l Language) MissingCredential(field qcc.Field, variable string) (title, detail string) {
	return l.diagnostic(Text{"Missing QCC credential", "缺少企查查凭据"},
		l.format(Text{"The provider requires %[1]s to read the quota, and %[1]s is not set.", "provider 读取额度需要 %[1]s，但没有设置 %[1]s。"}, field),
		l.format(Text{
			"Set the environment variable %[2]s, or the attribute %[1]s in the provider block. QCC Pro (pro.qcc.com) shows the value under " +
				"设置中心 -> 我的公司.",
			"请设置环境变量 %[2]s，或者 provider 块中的属性 %[1]s。可以在企查查专业版（pro.qcc.com）的“设置中心 -> 我的公司”中查看。",
		}, field, variable))
}

// MixedCredentials returns the warning for credentials of which one is in the provider block, and the other in an environment variable.
func (l Language) MixedCredentials(inBlock, inEnvironment qcc.Field, variable string) (title, detail string) {
	return l.diagnostic(Text{"QCC credentials from two places", "企查查凭据来自两处"},
		l.format(Text{
			"The provider block has %s, and %s comes from the environment variable %s. QCC refuses credentials that belong to different companies.",
			"%s 来自 provider 块，%s 来自环境变量 %s。如果两者属于不同的公司，企查查会拒绝查询。",
		}, inBlock, inEnvironment, variable),
		Text{
			"Set both in the provider block, or both in the environment. A value in the block that is null counts as not set. If it comes from a " +
				"variable, nullable = false in the variable prevents that.",
			"请把两者都写在 provider 块中，或者都放在环境变量中。块中的值为 null 时视为未设置；如果值来自变量，请在该变量中设置 nullable = false。",
		}.In(l))
}

// UnknownConfiguration returns the error of a read while fields of the provider block are unknown. The variables are the environment
// variables of these fields, which the provider does not use instead.
func (l Language) UnknownConfiguration(fields []qcc.Field, variables []string) (title, detail string) {
	environment := ""
	if len(variables) > 0 {
		environment = l.format(Text{
			"The provider does not use %s instead of an unknown value, because the environment may belong to another account.",
			"值未知时，provider 不会改用 %s，因为环境变量可能属于另一个账号。",
		}, l.list(variables))
	}

	return l.diagnostic(Text{"Unknown QCC provider configuration", "QCC provider 配置尚未确定"},
		l.format(Text{
			"The quota cannot be read yet. In the provider block, Terraform does not know before apply: %s. Such a value comes from something that " +
				"is still to be created or changed.",
			"现在还不能读取额度：Terraform 要到 apply 时才能确定 provider 块中的 %s，因为值来自尚待创建或更改的资源。",
		}, l.list(fieldNames(fields))),
		environment,
		Text{
			"Take the value from a variable, from the environment or from something that exists already. Or create what it comes from first, with " +
				"-target.",
			"请改用变量、环境变量或已有的资源提供该值，或者用 -target 先创建它所依赖的资源。",
		}.In(l))
}

// fieldNames returns the names of fields.
func fieldNames(fields []qcc.Field) []string {
	names := make([]string, 0, len(fields))
	for _, field := range fields {
		names = append(names, string(field))
	}

	return names
}

// list joins names with the separator of the language.
func (l Language) list(names []string) string { return strings.Join(names, Text{", ", "、"}.In(l)) }
