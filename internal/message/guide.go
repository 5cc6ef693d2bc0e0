package message

import (
	"strconv"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// Only the guide "Status codes and errors" has the texts in this file. They say how the provider reacts to a failure.

// StatusAction says how the provider reacts to a status code.
func StatusAction(status qcc.Status) Text {
	action := map[qcc.Class]Text{
		qcc.ClassOK:        {"reads the quota", "读取额度"},
		qcc.ClassEmpty:     {"returns no modules, and warns", "不返回任何模块，并发出警告"},
		qcc.ClassTransient: RetryAction(true),
		qcc.ClassRefused:   {"fails, no further request", "失败且不再请求"},
		qcc.ClassRejected:  RetryAction(false),
	}[status.Class]

	if !status.DependsOnClock() {
		return action
	}

	return Text{
		"signs once more with QCC's time if this machine's clock is more than a minute and at most a day off; otherwise " + action.English,
		"本机时钟的偏差超过一分钟、不超过一天时，改用企查查的时间重新签名一次；否则" + action.Chinese,
	}
}

// RetryAction says whether the provider retries.
func RetryAction(retries bool) Text {
	if retries {
		return Text{"retries", "重试"}
	}

	return Text{"fails", "失败"}
}

// FailureAction says how the provider reacts to a request without a complete answer.
func FailureAction(failure qcc.Failure) Text {
	action := RetryAction(failure.Transient())

	switch failure {
	case qcc.FailureName:
		return Text{action.English + "; fails if the name does not exist", action.Chinese + "；主机名不存在时失败"}
	case qcc.FailureProxyRefused:
		return Text{
			action.English + "; retries if the proxy's answer is an HTTP status that allows it",
			action.Chinese + "；代理返回的 HTTP 状态允许重试时重试",
		}
	default:
		return action
	}
}

// ProblemItem says what is wrong with an answer, and explains it if that does not say everything.
func ProblemItem(problem qcc.Problem) Text {
	said, meaning := Problem(problem), ProblemMeaning(problem)
	if meaning == (Text{}) {
		return said
	}

	return Text{said.English + ". " + meaning.English, said.Chinese + "。" + meaning.Chinese}
}

// Name returns the name of the range in a language.
func (r HTTPRange) Name(language Language) string {
	const last = 599

	switch {
	case r.First == r.Last:
		return strconv.Itoa(r.First)
	case r.Last > last:
		return language.format(Text{"%d and above", "%d 及以上"}, r.First)
	default:
		return language.format(Text{"%d to %d", "%d 到 %d"}, r.First, r.Last)
	}
}

// OtherName is the name of every other HTTP status.
func OtherName() Text { return Text{"any other", "其他"} }
