package words

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

// HTTPRanges returns the explanations of HTTP statuses. HTTP uses the first range that matches, so the specific ranges come first.
func HTTPRanges() []HTTPRange {
	busy := Explanation{
		summaryUnavailable, "",
		"The service, or something on the way to it, is busy or broken. Try again in a few minutes. If it stays, call QCC's support: " +
			"400-928-2212, working days 08:00-17:30 (UTC+8).",
	}

	return []HTTPRange{
		{Explanation{
			summaryHTTP, "",
			"There is no quota interface at this address. Check base_url (QCC_BASE_URL): it is the part before " +
				"/api/company/quota/getQuota.",
		}, http.StatusNotFound, http.StatusNotFound},
		{Explanation{
			summaryUnavailable, "",
			"The service, or something on the way to it, gets too many requests. Find out which pipelines ask so often, and try again in " +
				"a few minutes.",
		}, http.StatusTooManyRequests, http.StatusTooManyRequests},
		{busy, http.StatusRequestTimeout, http.StatusRequestTimeout},
		{busy, http.StatusTooEarly, http.StatusTooEarly},
		{busy, http.StatusInternalServerError, 999},
		{Explanation{
			summaryHTTP, "",
			"The provider follows no redirects, because the signature must not reach another host. Check base_url (QCC_BASE_URL), and " +
				"whether a proxy or a login page stands between this machine and QCC.",
		}, http.StatusMultipleChoices, http.StatusPermanentRedirect},
	}
}

// OtherHTTP explains every HTTP status outside of HTTPRanges.
func OtherHTTP() Explanation {
	return Explanation{
		summaryHTTP, "",
		"QCC's own refusals come with HTTP 200, so a firewall or a gateway in front of it has most likely answered. Check that this " +
			"machine, or its proxy, may reach QCC (some of its services refuse addresses outside mainland China), and base_url " +
			"(QCC_BASE_URL).",
	}
}
