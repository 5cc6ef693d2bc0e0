package qcc

import "slices"

// Class classifies status codes by what the client does about them.
type Class int

// The classes of status codes.
const (
	// ClassOK: the answer holds the quota.
	ClassOK Class = iota
	// ClassEmpty: the answer is valid, and states that there is no quota record.
	ClassEmpty
	// ClassTransient: a retry may help.
	ClassTransient
	// ClassRefused: a retry cannot help until a person has acted.
	ClassRefused
	// ClassRejected: the request was wrong, so a retry is wrong too.
	ClassRejected
)

// String returns the class as one word for logs and documents.
func (c Class) String() string {
	return [...]string{"ok", "empty", "transient", "refused", "rejected"}[c]
}

// Status is one status code of the service.
type Status struct {
	// Code is the number that the service sends.
	Code int
	// Text is the text of the interface document (sections 7.1 and 7.2), without the 【…】 prefix. It is empty if the document does not
	// list the code.
	Text string
	// Class decides what the client does about the code.
	Class Class
}

// CodeNoRecord is the status code for a key without a quota record. Source: interface document, section 7.1.
const CodeNoRecord = 201

// The status codes of a refused signature. Source: interface document, section 7.2.
const (
	codeIPOrSignature = 107
	codeIdentity      = 115
)

// Documented reports whether the interface document lists the code.
func (s Status) Documented() bool { return s.Text != "" }

// hasQuota reports whether an answer with the code states the quota, which may be that there is none.
func (s Status) hasQuota() bool { return s.Class == ClassOK || s.Class == ClassEmpty }

// DependsOnClock reports whether the code refuses a signature. A wrong clock can cause such a refusal.
func (s Status) DependsOnClock() bool { return s.Code == codeIPOrSignature || s.Code == codeIdentity }

// Lookup returns the Status of a code. An unknown code has ClassRejected, so that errors show it and the request is not retried.
func Lookup(code int) Status {
	for _, status := range statuses {
		if status.Code == code {
			return status
		}
	}

	return Status{Code: code, Class: ClassRejected}
}

// Statuses returns every known code. The codes of the interface document come first, in its order. The codes that other interfaces on
// the same host use follow.
func Statuses() []Status { return slices.Clone(statuses[:]) }

//nolint:gochecknoglobals // This table never changes, and Go has no constant arrays.
var statuses = [...]Status{
	// Section 7.1, valid requests.
	{200, "查询成功", ClassOK},
	{201, "查询无结果", ClassEmpty},
	{202, "查询参数错误，请检查", ClassRejected},
	{205, "等待处理中", ClassTransient},
	{207, "请求数据的条目数超过上限（5000）", ClassRejected},
	{208, "此接口不支持此公司类型查询", ClassRejected},
	{209, "企业数量超过上限", ClassRejected},
	{213, "参数长度不能小于 2", ClassRejected},
	{215, "不支持的查询关键字", ClassRejected},
	{218, "该企业暂不支持空壳扫描", ClassRejected},
	{219, "该企业暂不支持开户尽调", ClassRejected},

	// Section 7.2, invalid requests.
	{101, "当前的 KEY 无效或者还未生效中", ClassRefused},
	{102, "当前 KEY 已欠费", ClassRefused},
	{103, "当前 KEY 被暂停使用", ClassRefused},
	{104, "请求 KEY 异常，请联系管理员", ClassRefused},
	{106, "非法请求过多，请联系管理员", ClassRefused},
	{107, "被禁止的 IP 或者签名错误", ClassRefused},
	{108, "异常请求过多，请联系管理员", ClassRefused},
	{109, "请求超过每日系统限制", ClassRefused},
	{111, "接口权限未开通，请联系管理员", ClassRefused},
	{112, "您的账号剩余使用量已不足或已过期", ClassRefused},
	{113, "当前接口已被删除，请重新申请", ClassRefused},
	{114, "当前接口已被禁用，请联系管理员", ClassRefused},
	{115, "身份验证错误或者已过期", ClassRefused},
	{116, "请求超过每日调用总量限制", ClassRefused},
	{117, "当前不支持的请求参数调用量过多", ClassRejected},
	{118, "当前接口不支持此方式的调用", ClassRejected},
	{119, "您的帐号出现异常，请联系管理员", ClassRefused},
	{199, "系统未知错误，请联系技术客服", ClassTransient},
	{203, "系统查询有异常，请联系技术人员", ClassTransient},
	{214, "您还未购买过该接口，请先购买", ClassRefused},
	{223, "当前接口的计费方式不支持此查询参数", ClassRejected},
	{500, "接口相关的逻辑错误", ClassTransient},

	// These are not in the document. Other interfaces on the same host use them.
	{110, "", ClassRefused},
	{120, "", ClassTransient},
	{121, "", ClassRejected},
	{122, "", ClassTransient},
	{124, "", ClassTransient},
}
