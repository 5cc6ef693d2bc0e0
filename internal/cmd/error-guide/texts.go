package main

import (
	"strconv"
	"strings"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
)

// The texts in this file are in the guide only. The provider's diagnostics do not need them.

// text returns a text in both languages.
func text(english, chinese string) message.Text {
	return message.Text{English: english, Chinese: chinese}
}

// sentences joins sentences. Chinese has no space between them.
func sentences(language message.Language, all ...string) string {
	between := " "
	if language == message.Chinese {
		between = ""
	}

	return strings.TrimSpace(strings.Join(all, between))
}

// list joins two or more words as in a sentence.
func list(language message.Language, all []string) string {
	last := len(all) - 1

	return strings.Join(all[:last], text(", ", "、").In(language)) + text(" and ", " 和 ").In(language) + all[last]
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

// gatewayName is the name of every HTTP status with which a gateway refuses a query.
func gatewayName() message.Text {
	return text("any, refused by the gateway", "网关拒绝时的任何状态")
}

// lookedUp returns what a reader looks up. It is marked if the provider retries.
func lookedUp(language message.Language, what message.Text, retried bool) string {
	mark := message.Text{}
	if retried {
		mark = text(" (retried)", "（会重试）")
	}

	return "**" + what.In(language) + "**" + mark.In(language)
}
