package words

import (
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// Answer explains an unusable answer with HTTP status 200.
func Answer(answer *qcc.AnswerError) Explanation {
	switch {
	case answer.Problem == qcc.ProblemCached:
		return CachedAnswer()
	case strings.Contains(strings.ToLower(answer.ContentType.String()), "html"):
		return WebPage()
	default:
		return OtherAnswer()
	}
}

// CachedAnswer explains an answer that a cache on the way has kept.
func CachedAnswer() Explanation {
	return Explanation{
		summaryUnreadable, "",
		"Have whoever runs the gateway or proxy on the way to QCC pass every request on. The provider sends Cache-Control: no-cache, and a gate " +
			"must not be judged by old counts.",
	}
}

// WebPage explains an unusable answer whose body is a web page.
func WebPage() Explanation {
	return Explanation{
		summaryUnreadable, "",
		"It is a web page, so something between this machine and QCC has most likely sent it: check base_url (QCC_BASE_URL), proxies " +
			"and firewalls.",
	}
}

// OtherAnswer explains every other unusable answer.
func OtherAnswer() Explanation {
	return Explanation{
		summaryUnreadable, "",
		"The provider takes no count from such an answer. Check that base_url (QCC_BASE_URL) is right. If it is, report this text to the " +
			"maintainers of this provider.",
	}
}
