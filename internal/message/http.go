package message

import "net/http"

// HTTPRange explains the HTTP statuses from First to Last.
type HTTPRange struct {
	Explanation

	First, Last int
}

// HTTP explains every HTTP status except 200.
func HTTP(status int) Explanation {
	for _, candidate := range HTTPRanges() {
		if candidate.First <= status && status <= candidate.Last {
			return candidate.Explanation
		}
	}

	return OtherHTTP()
}

// unexpectedHTTP is the title for HTTP statuses that a retry does not change.
func unexpectedHTTP() Text {
	return Text{"Unexpected HTTP answer from QCC", "企查查返回了意外的 HTTP 响应"}
}

// HTTPRanges returns the explanations of HTTP statuses. They do not overlap, and are in numeric order.
func HTTPRanges() []HTTPRange {
	busy := Explanation{Title: unavailable(), Remedy: Text{
		"The service, or something on the way to it, is busy or broken. Try again later. If the error persists, call QCC's support: " + support + ".",
		"企查查或链路上的某个环节繁忙或有故障。请稍后重试。如果仍然报错，请联系企查查客服：" + supportZH + "。",
	}}

	return []HTTPRange{
		{Explanation{Title: unexpectedHTTP(), Remedy: Text{
			"The provider does not follow redirects, because the signature must not reach another host. Check base_url (QCC_BASE_URL), and " +
				"whether a proxy or a login page has answered.",
			"provider 不跟随重定向，因为签名不能发给其他主机。请检查 base_url（QCC_BASE_URL），以及是否由代理或登录页面作出了响应。",
		}}, http.StatusMultipleChoices, http.StatusPermanentRedirect},
		{Explanation{Title: unexpectedHTTP(), Remedy: Text{
			"There is no quota interface at this address. Check base_url (QCC_BASE_URL): it is the part before /api/company/quota/getQuota.",
			"该地址没有额度查询接口。请检查 base_url（QCC_BASE_URL），它是 /api/company/quota/getQuota 之前的部分。",
		}}, http.StatusNotFound, http.StatusNotFound},
		{busy, http.StatusRequestTimeout, http.StatusRequestTimeout},
		{busy, http.StatusTooEarly, http.StatusTooEarly},
		{Explanation{Title: unavailable(), Remedy: Text{
			"The service, or something on the way to it, receives too many requests. Find out which pipelines send so many, and try again later.",
			"企查查或链路上的某个环节收到的请求过多。请查明哪些流水线请求过于频繁，稍后重试。",
		}}, http.StatusTooManyRequests, http.StatusTooManyRequests},
		{busy, http.StatusInternalServerError, 999},
	}
}

// OtherHTTP explains every HTTP status outside of HTTPRanges.
func OtherHTTP() Explanation {
	return Explanation{Title: unexpectedHTTP(), Remedy: Text{
		"QCC refuses with HTTP 200, so a firewall or a gateway in front of it has probably answered. Check that this machine or its proxy may reach " +
			"QCC (some of its services refuse addresses outside mainland China), and check base_url (QCC_BASE_URL).",
		"企查查拒绝查询时，HTTP 状态仍是 200，所以这个响应很可能来自企查查前面的防火墙或网关。请检查本机或其代理能否访问企查查（部分服务拒绝中国大陆以外的地址），" +
			"再检查 base_url（QCC_BASE_URL）。",
	}}
}

// RefusedByGateway explains an answer with which a gateway, and not QCC, has refused a query.
func RefusedByGateway() Explanation {
	return Explanation{Title: Text{"Quota query refused by the gateway", "网关拒绝了额度查询"}, Remedy: Text{
		"The gateway has answered, not QCC. If QCC has refused too many queries, correct the credentials of the pipeline that sends wrong " +
			"ones (the gateway logs its address), and wait. Otherwise, ask the operator of the gateway.",
		"这是网关的响应，不是企查查的响应。如果是因为企查查拒绝的查询过多，请更正出错的流水线的凭据（网关日志中有它的地址），" +
			"并等待网关恢复转发。其他情况请联系网关的管理员。",
	}}
}
