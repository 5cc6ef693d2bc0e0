package message

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// FailedRead returns the error for a failed read: what was received, what it means, what to do, and the number of attempts. The error comes
// from qcc.Client.Quota.
func (l Language) FailedRead(err error) (title, detail string) {
	var (
		status    *qcc.StatusError
		response  *qcc.HTTPError
		answer    *qcc.AnswerError
		transport *qcc.TransportError
	)

	switch {
	case errors.As(err, &status):
		return l.failed(err, Status(status.Status), l.refusedSkewText(status.Skew), l.statusText(status), l.statusFacts(status))
	case errors.As(err, &response):
		what, why := Text{"%s answered the quota query with HTTP %s.", "向 %s 查询额度，返回 HTTP %s。"}, HTTP(response.StatusCode)
		if response.FromGateway {
			what, why = Text{"The gateway at %s refused the quota query with HTTP %s.", "网关 %s 拒绝了额度查询，返回 HTTP %s。"}, RefusedByGateway()
		}

		return l.failed(err, why, "", l.format(what, response.Host, response.HTTPStatus()), l.httpFacts(response))
	case errors.As(err, &answer):
		what := l.format(Text{"%s answered the quota query, and the answer cannot be used.", "向 %s 查询额度，收到的响应无法使用。"}, answer.Host)

		return l.failed(err, Answer(answer), "", what, facts(append([]string{l.problem(answer)}, l.responseFacts(answer.Response)...)...))
	case errors.As(err, &transport):
		why := Failure(transport.Failure)
		why.Meaning = Text{} // The first paragraph says it.

		return l.failed(err, why, "", l.transportText(transport))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return l.diagnostic(Text{"Cancelled quota read", "额度读取已取消"}, Text{
			"Terraform ended the read of the quota before the service had answered.", "企查查尚未响应，Terraform 就结束了额度读取。",
		}.In(l))
	default:
		return l.internal(l.format(Text{"The read of the quota failed with a %T.", "读取额度失败，错误类型为 %T。"}, err))
	}
}

// failed returns the error for a failed read: what was received, then the meaning, the clock, the remedy and the end of the read.
func (l Language) failed(err error, why Explanation, skew string, received ...string) (title, detail string) {
	end := ""
	if read, ok := errors.AsType[*qcc.ReadError](err); ok {
		end = l.endText(read)
	}

	return l.diagnostic(why.Title, append(received, why.Meaning.In(l), skew, why.Remedy.In(l), end)...)
}

// statusText names the status code of the answer.
func (l Language) statusText(err *qcc.StatusError) string {
	if err.Message == (qcc.SafeText{}) {
		return l.format(Text{
			"QCC answered the quota query with status code %d, without a message.", "额度查询返回状态码 %d，没有返回信息。",
		}, err.Status.Code)
	}

	return l.format(Text{"QCC answered the quota query with status code %d.", "额度查询返回状态码 %d。"}, err.Status.Code)
}

// statusFacts returns the service's message. If there is none, it returns the text of the interface document.
func (l Language) statusFacts(err *qcc.StatusError) string {
	switch {
	case err.Message != (qcc.SafeText{}):
		return facts(l.format(Text{"QCC's message: %s", "企查查返回信息：%s"}, err.Message))
	case err.Status.Documented():
		return facts(l.format(Text{"Interface document: %s", "接口文档：%s"}, err.Status.Text))
	default:
		return ""
	}
}

func (l Language) httpFacts(err *qcc.HTTPError) string {
	lines := l.responseFacts(err.Response)
	if err.RedirectHost != (qcc.SafeText{}) {
		lines = append(lines, l.format(Text{"Redirects to: %s", "重定向到：%s"}, err.RedirectHost))
	}

	return facts(lines...)
}

// responseFacts returns the text of a response. If it has none that can be shown, it returns the type and the length of the body.
func (l Language) responseFacts(response qcc.Response) []string {
	if response.Message != (qcc.SafeText{}) {
		return []string{l.format(Text{"Message: %s", "返回信息：%s"}, response.Message)}
	}

	lines := []string{l.format(Text{"Content type: %s", "内容类型：%s"}, cmp.Or(response.ContentType.String(), notStated().In(l)))}
	if response.Length >= 0 {
		lines = append(lines, l.format(Text{"Length: %d bytes", "长度：%d 字节"}, response.Length))
	}

	return lines
}

func notStated() Text { return Text{"not stated", "未给出"} }

func (l Language) transportText(err *qcc.TransportError) string {
	said := l.format(Text{"The quota query to %s failed: %s.", "向 %s 查询额度失败：%s。"}, err.Host, Failure(err.Failure).Meaning.In(l))
	if err.ProxyStatus == 0 {
		return said
	}

	return l.join(said, l.format(Text{"Its answer was HTTP %d.", "代理返回 HTTP %d。"}, err.ProxyStatus))
}

// endText says why the provider sends no further request, and how many attempts it made, if that matters.
func (l Language) endText(read *qcc.ReadError) string {
	attempts := ""
	if read.Attempts > 0 {
		attempts = l.format(Text{"Number of attempts: %d.", "共尝试 %d 次。"}, read.Attempts)
	}

	again := Text{"Run Terraform again after that time.", "请在此之后重新运行 Terraform。"}.In(l)

	switch notBefore := l.timeText(read.NotBefore); {
	case !read.NotBefore.IsZero() && read.End == qcc.EndNoRoom:
		return l.join(l.format(Text{
			"The service asked to wait until %s (Retry-After), for which the timeout of %s is too short.",
			"服务要求等到%s（Retry-After），超出了 timeout（%s）。",
		}, notBefore, read.Timeout), again, attempts)
	case !read.NotBefore.IsZero():
		return l.join(l.format(Text{"The service asked to wait until %s (Retry-After).", "服务要求等到%s（Retry-After）。"}, notBefore), again, attempts)
	case read.End == qcc.EndNoRoom:
		return l.join(l.format(Text{
			"The timeout of %s did not leave enough time for another attempt.", "timeout（%s）内来不及再次尝试。",
		}, read.Timeout), attempts)
	case read.End == qcc.EndTimeout:
		return l.join(l.format(Text{
			"The read ended when its timeout of %s was over.", "timeout（%s）已到，读取结束。",
		}, read.Timeout), attempts)
	case read.Attempts > 1:
		return l.join(attempts, Text{"This was the last failure.", "以上是最后一次失败的原因。"}.In(l))
	default:
		return ""
	}
}

// timeText formats a time in the style of the language.
func (l Language) timeText(moment time.Time) string {
	const hoursOfBeijing = 8

	if l == Chinese {
		return moment.In(time.FixedZone("", hoursOfBeijing*60*60)).Format("北京时间 2006-01-02 15:04:05")
	}

	return moment.UTC().Format("2006-01-02 15:04:05 MST")
}

// NoRecord returns the warning for status code 201.
func (l Language) NoRecord() (title, detail string) {
	status := qcc.Lookup(qcc.CodeNoRecord)
	why := Status(status)

	return l.diagnostic(Text{"No quota record at QCC", "企查查没有额度记录"},
		l.format(Text{"QCC answered with status code %d (%s).", "企查查返回状态码 %d（%s）。"}, status.Code, status.Text),
		l.join(why.Meaning.In(l), Text{
			"The result has no quota modules. This does not mean that no quota is left.", "结果中没有额度模块，但这不等于剩余额度为零。",
		}.In(l)),
		why.Remedy.In(l))
}

// internal returns the error for a mistake in the provider itself.
func (l Language) internal(what string) (title, detail string) {
	return l.diagnostic(Text{"Error in the QCC provider", "QCC provider 内部错误"}, l.join(what, Text{
		"Report it to the maintainers of this provider.", "请报告给本 provider 的维护者。",
	}.In(l)))
}

// WrongProviderData returns the error for provider data of another type.
func (l Language) WrongProviderData(got any) (title, detail string) {
	return l.internal(l.format(Text{"The reader of the quota is a %T.", "读取额度的对象类型为 %T。"}, got))
}

// UnknownAtApply returns the error for a gate that Terraform applies without knowing its requirement.
func (l Language) UnknownAtApply() (title, detail string) {
	return l.internal(Text{
		"Terraform applied a gate whose requirement is still unknown.", "Terraform 创建或更新门禁时，门禁的需求量仍未确定。",
	}.In(l))
}
