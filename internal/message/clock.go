package message

import (
	"fmt"
	"strings"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// Skew returns the warning for a read that succeeded only with the service's time.
func (l Language) Skew(skew time.Duration) (title, detail string) {
	return l.diagnostic(Text{"Clock of this machine is off", "本机时钟不准"},
		l.join(l.skewText(skew), Text{
			"QCC refused a query that was signed with this machine's time. The provider signed it again with QCC's time, and QCC accepted it. " +
				"The quota is right.",
			"企查查拒绝了按本机时间签名的查询。provider 改用企查查的时间重新签名，查询成功。读到的额度是正确的。",
		}.In(l)),
		Text{
			"Set the clock of this machine, for example by NTP: signatures are valid for a few minutes only.",
			"请校准本机时钟（例如使用 NTP），因为签名只在几分钟内有效。",
		}.In(l))
}

// refusedSkewText describes the clock difference of a refused signature. It is empty if the difference cannot be the cause.
func (l Language) refusedSkewText(skew *time.Duration) string {
	switch {
	case skew == nil || skew.Abs() <= qcc.ToleratedSkew:
		return ""
	case skew.Abs() > qcc.MaxCorrectedSkew:
		return l.join(l.skewText(*skew), Text{
			"The provider corrects at most one day, because a forged time could otherwise obtain signatures that are valid later. Set the clock " +
				"of this machine. If it is right, something on the way to QCC may have sent the answer.",
			"provider 最多修正一天的偏差，以防伪造的时间骗取将来才有效的签名。请校准本机时钟。如果本机时钟没有问题，响应可能来自链路上的其他设备。",
		}.In(l))
	default:
		return l.join(l.skewText(*skew), Text{
			"A query that was signed with the time of QCC's clock was refused too.", "改用企查查的时间签名，仍被拒绝。",
		}.In(l))
	}
}

func (l Language) skewText(skew time.Duration) string {
	if skew < 0 {
		return l.format(Text{"The clock of this machine is %s ahead of that of QCC.", "本机时钟比企查查快 %s。"}, l.duration(-skew))
	}

	return l.format(Text{"The clock of this machine is %s behind that of QCC.", "本机时钟比企查查慢 %s。"}, l.duration(skew))
}

// duration formats a duration of whole seconds in the style of the language.
func (l Language) duration(of time.Duration) string {
	if l == English {
		return of.String()
	}

	var said []string

	for _, part := range []struct {
		count int64
		unit  string
	}{
		{int64(of / time.Hour), "小时"}, {int64(of % time.Hour / time.Minute), "分钟"}, {int64(of % time.Minute / time.Second), "秒"},
	} {
		if part.count > 0 {
			said = append(said, fmt.Sprintf("%d %s", part.count, part.unit))
		}
	}

	return strings.Join(said, " ")
}
