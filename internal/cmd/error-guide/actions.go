package main

import (
	"strconv"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// The texts in this file say how the provider reacts to a failure. Its diagnostics do not need them.

// text returns a text in both languages.
func text(english, chinese string) message.Text {
	return message.Text{English: english, Chinese: chinese}
}

// statusAction says how the provider reacts to a status code.
func statusAction(status qcc.Status) message.Text {
	action := map[qcc.Class]message.Text{
		qcc.ClassOK:        text("reads the quota", "读取额度"),
		qcc.ClassEmpty:     text("returns no modules, and warns", "不返回任何模块，并发出警告"),
		qcc.ClassTransient: retryAction(true),
		qcc.ClassRefused:   text("fails, no further request", "失败且不再请求"),
		qcc.ClassRejected:  retryAction(false),
	}[status.Class]

	if !status.DependsOnClock() {
		return action
	}

	return text(
		"signs once more with QCC's time if this machine's clock is more than a minute and at most a day off; otherwise "+action.English,
		"本机时钟的偏差超过一分钟、不超过一天时，改用企查查的时间重新签名一次；否则"+action.Chinese,
	)
}

// retryAction says whether the provider retries.
func retryAction(retries bool) message.Text {
	if retries {
		return text("retries", "重试")
	}

	return text("fails", "失败")
}

// failureAction says how the provider reacts to a request without a complete answer.
func failureAction(failure qcc.Failure) message.Text {
	action := retryAction(failure.Transient())

	switch failure {
	case qcc.FailureName:
		return text(action.English+"; fails if the name does not exist", action.Chinese+"；主机名不存在时失败")
	case qcc.FailureProxyRefused:
		return text(
			action.English+"; retries if the proxy's answer is an HTTP status that allows it",
			action.Chinese+"；代理返回的 HTTP 状态允许重试时重试",
		)
	default:
		return action
	}
}

// problemItem says what is wrong with an answer, and explains it if that does not say everything.
func problemItem(problem qcc.Problem) message.Text {
	said, meaning := message.Problem(problem), message.ProblemMeaning(problem)
	if meaning == (message.Text{}) {
		return said
	}

	return text(said.English+". "+meaning.English, said.Chinese+"。"+meaning.Chinese)
}

// rangeName returns the name of a range of HTTP statuses.
func rangeName(r message.HTTPRange) message.Text {
	const last = 599

	from, to := strconv.Itoa(r.First), strconv.Itoa(r.Last)

	switch {
	case r.First == r.Last:
		return text(from, from)
	case r.Last > last:
		return text(from+" and above", from+" 及以上")
	default:
		return text(from+" to "+to, from+" 到 "+to)
	}
}

// otherName is the name of every other HTTP status.
func otherName() message.Text { return text("any other", "其他") }
