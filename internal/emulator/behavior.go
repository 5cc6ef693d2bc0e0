package emulator

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Behavior defines how the emulator answers. The zero value follows the interface document. Each field is also a flag of qcc-emulator
// and a member of the control API's JSON, under the same name.
type Behavior struct {
	// Next is the number of requests after which the zero Behavior returns; 0 means never.
	Next int `json:"next,omitempty"`

	// The following fields simulate faults.

	// Code is the status code of every answer; 0 means that the emulator verifies the request.
	Code int `json:"code,omitempty"`
	// Message is the text that accompanies the code; empty means the text of the document.
	Message string `json:"message,omitempty"`
	// HTTPStatus is the HTTP status of every answer; 0 means 200, or 302 with Redirect.
	HTTPStatus int `json:"http_status,omitempty"`
	// RetryAfter is the value of the Retry-After header; empty means no header.
	RetryAfter string `json:"retry_after,omitempty"`
	// Delay is the time between each request and its answer. Requests that Concurrent or LockAfter refuses are answered at once.
	Delay Duration `json:"delay,omitzero"`
	// Drop closes the connection: DropAnswer before the answer, DropHalf in the middle of its body; empty means never.
	Drop string `json:"drop,omitempty"`
	// Redirect is the URL of the Location header; empty means no redirect.
	Redirect string `json:"redirect,omitempty"`
	// ContentType is the value of the Content-Type header; empty means "application/json; charset=utf-8".
	ContentType string `json:"content_type,omitempty"`
	// Body replaces the body of every answer; empty means the JSON of the document.
	Body string `json:"body,omitempty"`
	// Size is the minimum size of the body in bytes. White space fills it up.
	Size int `json:"size,omitempty"`
	// Clock is the offset of the emulator's clock; positive means ahead of the real time.
	Clock Duration `json:"clock,omitzero"`
	// Drift is added to every consumed count after each request, even a refused one.
	Drift int64 `json:"drift,omitempty"`

	// Concurrent is the number of requests that may be under way at once. The emulator refuses other requests. 0 means no limit.
	Concurrent int `json:"concurrent,omitempty"`
	// LockAfter is the number of refused requests in a minute that lock the account; 0 means never. The emulator refuses every later request
	// until the behavior is set again. A request is refused if its code is not one of section 7.1 of the document.
	LockAfter int `json:"lock_after,omitempty"`

	// The following fields select details that the document does not define. Their zero values follow the sample of the document. If the
	// sample does not show a detail, they follow the most likely choice.

	// CountAfter is the time from an order until the consumed count shows it; 0 means at once. It concerns the orders that are placed while the
	// behavior is set. Real orders may take longer, because nothing is known about the service's delay.
	CountAfter Duration `json:"count_after,omitzero"`
	// Behind makes every second answer show the orders that were counted this long before the request, so counts go backwards between two
	// answers; 0 means that they never do.
	Behind Duration `json:"behind,omitzero"`
	// Prefixed puts 【有效请求】 or 【无效请求】 before the message, as the document's tables do.
	Prefixed bool `json:"prefixed,omitempty"`
	// Capitalized names the fields Status, Message, Result and Id. The document's table and sibling interfaces do so.
	Capitalized bool `json:"capitalized,omitempty"`
	// Numeric writes the status as a number.
	Numeric bool `json:"numeric,omitempty"`
	// Quoted writes counts as strings.
	Quoted bool `json:"quoted,omitempty"`
	// Single writes a result of one module as an object instead of a list.
	Single bool `json:"single,omitempty"`
	// Gzip compresses answers for clients that accept gzip.
	Gzip bool `json:"gzip,omitempty"`
	// Window is the accepted difference between a Timespan and the clock, in both directions; 0 means 300 s.
	Window Duration `json:"window,omitzero"`
	// NoKeyCode is the code for a missing key; 0 means 202.
	NoKeyCode int `json:"no_key_code,omitempty"`
	// UnknownKeyCode is the code for an unknown key; 0 means 101.
	UnknownKeyCode int `json:"unknown_key_code,omitempty"`
	// TimespanCode is the code for a missing or non-numeric Timespan, or one outside the window; 0 means 115.
	TimespanCode int `json:"timespan_code,omitempty"`
	// TokenCode is the code for a missing or wrong Token; 0 means 107.
	TokenCode int `json:"token_code,omitempty"`
	// MethodCode is the code for a method other than GET; 0 means 118.
	MethodCode int `json:"method_code,omitempty"`
	// ConcurrentCode is the code for a request beyond Concurrent; 0 means 122, which sibling interfaces use.
	ConcurrentCode int `json:"concurrent_code,omitempty"`
	// LockCode is the code for each request while the account is locked; 0 means 106.
	LockCode int `json:"lock_code,omitempty"`
}

// Behavior.Drop accepts these values.
const (
	DropAnswer = "answer"
	DropHalf   = "half"
)

// Check returns an error if a field has an invalid value.
func (b *Behavior) Check() error {
	switch {
	case b.Drop != "" && b.Drop != DropAnswer && b.Drop != DropHalf:
		return fmt.Errorf("drop is %q, but must be %q or %q", b.Drop, DropAnswer, DropHalf)
	case b.HTTPStatus != 0 && (b.HTTPStatus < http.StatusOK || b.HTTPStatus > 599):
		return fmt.Errorf("HTTP status %d is not between 200 and 599", b.HTTPStatus)
	case b.Next < 0, b.Code < 0, b.Size < 0, b.Delay < 0, b.Window < 0, b.Concurrent < 0, b.LockAfter < 0, b.CountAfter < 0, b.Behind < 0:
		return errors.New("next, code, size, delay, window, concurrent, lock_after, count_after and behind cannot be negative")
	default:
		return nil
	}
}

// httpStatus returns the HTTP status of every answer.
func (b *Behavior) httpStatus() int {
	if b.Redirect != "" {
		return cmp.Or(b.HTTPStatus, http.StatusFound)
	}

	return cmp.Or(b.HTTPStatus, http.StatusOK)
}

// describe returns a short log text for an answer: its fault, or else its status code.
func (b *Behavior) describe(code int, chinese bool) string {
	switch {
	case b.Drop != "":
		return either(chinese, "connection closed", "连接已关闭")
	case b.httpStatus() != http.StatusOK:
		return fmt.Sprintf("HTTP %d", b.httpStatus())
	case b.Body != "":
		return either(chinese, "custom body", "自定义响应体")
	default:
		return strings.TrimSpace(fmt.Sprintf("%d %s", code, Codes()[code]))
	}
}

// either returns a text in English or Chinese. It cannot be a message.Text, because package message imports qcc, whose tests import this
// package.
func either(chinese bool, en, zh string) string {
	if chinese {
		return zh
	}

	return en
}

// AddFlags defines one flag for each field, with its help in English or Chinese.
func (b *Behavior) AddFlags(flags *flag.FlagSet, chinese bool) {
	text := func(en, zh string) string { return either(chinese, en, zh) }

	flags.IntVar(&b.Next, "next", 0, text("restore the default behavior after `N` queries", "`N` 次查询后恢复默认行为"))

	flags.IntVar(&b.Code, "code", 0, text("answer every query with this status `code`", "对每次查询都返回这个状态码 `code`"))
	flags.StringVar(&b.Message, "message", "", text("`text` to send with the status code", "与状态码一起返回的信息 `text`"))
	flags.IntVar(&b.HTTPStatus, "http-status", 0, text("answer with this HTTP `status`", "返回这个 HTTP 状态 `status`"))
	flags.StringVar(&b.RetryAfter, "retry-after", "", text("send this Retry-After `header`", "返回这个 Retry-After 响应头 `header`"))
	flags.TextVar(&b.Delay, "delay", Duration(0), text("wait for this `duration` before each answer", "每次响应前等待的时长 `duration`"))
	flags.StringVar(&b.Drop, "drop", "", text(`close the connection: "answer" before the answer, "half" in the middle of its body`, `关闭连接：写 "answer" 时在响应之前，写 "half" 时在响应体的中间`))
	flags.StringVar(&b.Redirect, "redirect", "", text("redirect every query to this `URL`", "把每次查询重定向到这个 `URL`"))
	flags.StringVar(&b.ContentType, "content-type", "", text("send this Content-Type `header`", "返回这个 Content-Type 响应头 `header`"))
	flags.StringVar(&b.Body, "body", "", text("answer every query with this `text`", "对每次查询都返回这段内容 `text`"))
	flags.IntVar(&b.Size, "size", 0, text("add white space to every answer, up to this many `bytes`", "用空白字符把每个响应补足到 `bytes` 字节"))
	flags.TextVar(&b.Clock, "clock", Duration(0), text("set the emulator's clock ahead by this `duration`; behind if it is negative", "把模拟服务的时钟调快 `duration`；负数表示调慢"))
	flags.Int64Var(&b.Drift, "drift", 0, text("add `N` to each module's consumed count after every query", "每次查询后，每个模块的消耗额度增加 `N`"))
	flags.IntVar(&b.Concurrent, "concurrent", 0, text("answer at most `N` queries at once, and refuse others", "最多同时处理 `N` 个查询，拒绝其余查询"))
	flags.IntVar(&b.LockAfter, "lock-after", 0, text("lock the account after `N` refused queries in a minute, until the behavior is set again", "一分钟内拒绝 `N` 次查询后锁定账号，直到重新设置行为"))

	flags.TextVar(&b.CountAfter, "count-after", Duration(0), text("count an order this `duration` after it was placed", "下单后过 `duration` 才计入消耗额度"))
	flags.TextVar(&b.Behind, "behind", Duration(0), text("in every second answer, leave out the orders counted within this `duration`", "每隔一个响应，不计最近 `duration` 内计入的订单"))
	flags.BoolVar(&b.Prefixed, "prefixed", false, text("put "+validPrefix+" or "+invalidPrefix+" before the message", "在返回信息前加上"+validPrefix+"或"+invalidPrefix))
	flags.BoolVar(&b.Capitalized, "capitalized", false, text("name the fields Status, Message, Result and Id", "字段名写作 Status、Message、Result 和 Id"))
	flags.BoolVar(&b.Numeric, "numeric", false, text("write the status as a number", "把 status 写成数字"))
	flags.BoolVar(&b.Quoted, "quoted", false, text("write counts as strings", "把数值写成字符串"))
	flags.BoolVar(&b.Single, "single", false, text("write a result of one module as an object", "只有一个模块时，把 result 写成对象"))
	flags.BoolVar(&b.Gzip, "gzip", false, text("compress answers for clients that accept it", "客户端接受时压缩响应"))
	flags.TextVar(&b.Window, "window", Duration(0), text("largest `duration` between a Timespan and the clock; 0s means 5m0s", "Timespan 与时钟之间允许的最大偏差 `duration`；0s 表示 5m0s"))
	flags.IntVar(&b.NoKeyCode, "no-key-code", 0, text("status `code` for a missing key (default 202)", "缺少 key 时的状态码 `code`（默认 202）"))
	flags.IntVar(&b.UnknownKeyCode, "unknown-key-code", 0, text("status `code` for an unknown key (default 101)", "key 未知时的状态码 `code`（默认 101）"))
	flags.IntVar(&b.TimespanCode, "timespan-code", 0, text("status `code` for a bad or expired Timespan (default 115)", "Timespan 有误或过期时的状态码 `code`（默认 115）"))
	flags.IntVar(&b.TokenCode, "token-code", 0, text("status `code` for a bad Token (default 107)", "Token 有误时的状态码 `code`（默认 107）"))
	flags.IntVar(&b.MethodCode, "method-code", 0, text("status `code` for a method other than GET (default 118)", "方法不是 GET 时的状态码 `code`（默认 118）"))
	flags.IntVar(&b.ConcurrentCode, "concurrent-code", 0, text("status `code` for a query beyond -concurrent (default 122)", "查询超出 -concurrent 时的状态码 `code`（默认 122）"))
	flags.IntVar(&b.LockCode, "lock-code", 0, text("status `code` for a locked account (default 106)", "账号被锁定时的状态码 `code`（默认 106）"))
}

// Duration is a time.Duration with the text form "1.5s" in JSON and flags.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)

	return err
}
