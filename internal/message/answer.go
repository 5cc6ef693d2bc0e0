package message

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// Answer explains an unusable answer with HTTP status 200.
func Answer(answer *qcc.AnswerError) Explanation {
	why := otherAnswer()

	switch {
	case answer.Problem == qcc.ProblemCached:
		why = CachedAnswer()
	case strings.Contains(strings.ToLower(answer.ContentType.String()), "html"):
		why = webPage()
	}

	if answer.Problem == qcc.ProblemIDText {
		why.Meaning = Text{
			`A module id is printable text without spaces, "::" and "##", in Unicode normal form C (NFC), of at most 64 characters.`,
			`模块 ID 必须由可打印的字符组成，不含空格、"::" 和 "##"，采用 Unicode 规范化形式 C（NFC），最多 64 个字符。`,
		}
	}

	return why
}

// unreadable is the title for answers that cannot be used.
func unreadable() Text { return Text{"Unreadable answer from QCC", "企查查的响应无法使用"} }

// CachedAnswer explains an answer that a cache between the provider and QCC has stored.
func CachedAnswer() Explanation {
	return Explanation{Title: unreadable(), Remedy: Text{
		"Let the gateway or proxy between this machine and QCC forward every request. The provider sends Cache-Control: no-cache, because a " +
			"gate must not be judged by old counts.",
		"请让本机与企查查之间的网关或代理转发所有请求。provider 会发送 Cache-Control: no-cache，因为门禁不能按旧的数值检查。",
	}}
}

// webPage explains an unusable answer whose body is a web page.
func webPage() Explanation {
	return Explanation{Title: unreadable(), Remedy: Text{
		"The answer is a web page, so it probably does not come from the quota interface. Check base_url (QCC_BASE_URL), and the proxies and " +
			"firewalls between this machine and QCC.",
		"响应是一个网页，很可能不是额度查询接口返回的。请检查 base_url（QCC_BASE_URL），以及本机与企查查之间的代理和防火墙。",
	}}
}

// otherAnswer explains every other unusable answer.
func otherAnswer() Explanation {
	return Explanation{Title: unreadable(), Remedy: Text{
		"The provider does not use the counts of such an answer. Check that base_url (QCC_BASE_URL) is right. If it is, report this text to the " +
			"maintainers of this provider.",
		"provider 不会使用这种响应中的数值。请检查 base_url（QCC_BASE_URL）是否正确。如果正确，请把这段文字报告给本 provider 的维护者。",
	}}
}

// Problem describes what is wrong with an answer, without a full stop.
func Problem(problem qcc.Problem) Text { return problems()[problem] }

// problems returns the text for each problem of qcc.Problems.
func problems() map[qcc.Problem]Text {
	return map[qcc.Problem]Text{
		qcc.ProblemCompression: {"The answer is not compressed as its header says", "响应的压缩方式与响应头不符"},
		qcc.ProblemTooLong:     {"The answer is longer than 1 MiB", "响应超过 1 MiB"},
		qcc.ProblemCached: {
			"The answer comes from a cache (Age header), so its counts may be old", "响应来自缓存（有 Age 响应头），数值可能不是最新的",
		},
		qcc.ProblemNoJSON:      {"The answer is not JSON", "响应不是 JSON"},
		qcc.ProblemNoObject:    {"The answer has another value where an object is expected", "响应中应当是对象的地方不是对象"},
		qcc.ProblemTwice:       {"The answer has its status or its result twice", "响应中 status 或 result 出现了两次"},
		qcc.ProblemNoStatus:    {"The answer has no status", "响应中没有 status"},
		qcc.ProblemStatus:      {"The answer has a status that is not a status code", "响应中的 status 不是状态码"},
		qcc.ProblemNoResult:    {"The answer has no result, although its status code requires one", "状态码表示查询成功，响应中却没有 result"},
		qcc.ProblemResult:      {"The answer has modules, although its status code says that there are none", "状态码表示没有结果，响应中却有模块"},
		qcc.ProblemManyModules: {"The answer has more than 1,000 modules", "响应中的模块超过 1,000 个"},
		qcc.ProblemID:          {"The answer has a module that does not have exactly one id", "响应中有的模块没有 id，或者 id 不止一个"},
		qcc.ProblemIDText: {
			"The answer has a module id that is not allowed", "响应中有的模块 ID 不符合要求",
		},
		qcc.ProblemIDSecret:    {"The answer has a module id that contains a credential or a signature", "响应中有的模块 ID 含有凭据或签名"},
		qcc.ProblemModuleTwice: {"The answer has a module twice", "响应中有的模块出现了两次"},
	}
}

// problem describes what is wrong with an answer, and in which module.
func (l Language) problem(answer *qcc.AnswerError) string {
	said := []string{Problem(answer.Problem).In(l)}
	if answer.Module != (qcc.SafeText{}) {
		said = append(said, l.format(Text{"module %q", "模块 %q"}, answer.Module))
	}

	if answer.Value != (qcc.SafeText{}) {
		said = append(said, fmt.Sprint(answer.Value))
	}

	return strings.Join(said, Text{": ", "："}.In(l))
}

// UnusableCounts returns the warning for the unusable counts of a quota. Terraform shows only the first of several warnings with the same
// title, so one warning names all modules.
func (l Language) UnusableCounts(quota qcc.Quota) (title, detail string) {
	var lines []string

	for _, id := range slices.Sorted(maps.Keys(quota.Modules)) {
		module := quota.Modules[id]
		for _, count := range module.Unusable {
			lines = append(lines, l.format(Text{"%s, %s: %s", "%s，%s：%s"}, l.name(id, &module), count.Field, l.unusable(count)))
		}
	}

	if more := len(lines) - mostListed; more > 0 {
		lines = append(lines[:mostListed], l.format(Text{"and %d more", "另有 %d 项"}, more))
	}

	return l.diagnostic(Text{"Unusable count from QCC", "企查查给出的数值无法使用"},
		Text{
			"QCC stated a count that is not a whole number from 0 to 9223372036854775807. The provider treats it as not stated.",
			"企查查给出的数值不是 0 到 9223372036854775807 之间的整数，provider 按未给出处理。",
		}.In(l),
		facts(lines...),
		Text{
			"Such a count is null. If remaining needs it, remaining is null too, and gates that require the module are refused. " +
				"Other modules are not affected.",
			"这样的数值为 null。如果 remaining 要用到它，remaining 也为 null，需要该模块的门禁会被拒绝。其他模块不受影响。",
		}.In(l),
		askForCount().In(l))
}

// unusable returns what the service stated in place of a count.
func (l Language) unusable(count qcc.UnusableCount) string {
	if count.Stated == (qcc.SafeText{}) {
		return Text{"stated twice", "给出了两次"}.In(l)
	}

	return count.Stated.String()
}

// askForCount is the remedy for a count that QCC does not state, or not as a count.
func askForCount() Text {
	return Text{"Ask QCC for the count: " + support + ".", "请联系企查查确认该数值：" + supportZH + "。"}
}
