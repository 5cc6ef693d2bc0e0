package qcc

import "slices"

// Class says what a status code means for whoever asked.
type Class int

// The classes of status codes.
const (
	// ClassOK: the answer holds the quota.
	ClassOK Class = iota
	// ClassEmpty: the answer is valid and says that there is nothing.
	ClassEmpty
	// ClassTransient: asking again soon may help.
	ClassTransient
	// ClassRefused: asking again cannot help before a person has acted.
	ClassRefused
	// ClassRejected: this request was wrong; repeating it is wrong too.
	ClassRejected
)

// String returns the class as one word for logs and documents.
func (c Class) String() string {
	return [...]string{"ok", "empty", "transient", "refused", "rejected"}[c]
}

// Status is one status code of the service, explained.
type Status struct {
	// Code as the service states it.
	Code int
	// Text is the interface document's own text (sections 7.1 and 7.2), without the 【…】 prefix. Empty: the document does not list
	// the code.
	Text string
	// Class decides what the client does.
	Class Class
	// Meaning is what the code means for a quota query, in one or two sentences.
	Meaning string
	// Remedy is what a person can do about it.
	Remedy string
}

// CodeNoRecord is the status code for a key without a quota record. Source: interface document, section 7.1.
const CodeNoRecord = 201

// The status codes for a signature that is not accepted. Source: interface document, section 7.2.
const (
	codeIPOrSignature = 107
	codeIdentity      = 115
)

// Documented tells whether the interface document lists the code.
func (s Status) Documented() bool { return s.Text != "" }

// What more than one code means, or asks for.
const (
	meaningForeign = "This code belongs to other QCC interfaces and is not expected from the quota query."
	meaningRequest = "The service did not accept the form of the request."
	meaningServer  = "The service failed to process the request."
	meaningBusy    = "The service is busy or under maintenance."
	meaningLocked  = "The account is locked because it sent too many requests that were wrong."
	meaningDaily   = "The account's requests for today are used up."
	meaningUnknown = "The interface document (V1.0) does not list this code."

	remedyReport  = "Report it to the maintainers of this provider, with the code and the service's message."
	remedyRetry   = "Try again in a few minutes. If it stays, call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	remedyUnlock  = "Stop every pipeline that uses this account, then call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8). Only QCC can lift the lock, and further requests make it worse."
	remedySupport = "Call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	remedyDaily   = "Wait for the next day, and find out which pipelines ask so often. When exactly the count starts anew is not documented."
	remedyBuy     = "Have the quota query interface bought or opened for this account in QCC Pro (pro.qcc.com)."
)

// DependsOnClock tells whether the code is for a signature that is not accepted, which a clock that is off can be the reason of.
func (s Status) DependsOnClock() bool { return s.Code == codeIPOrSignature || s.Code == codeIdentity }

// Lookup explains a status code. A code that is not known is rejected: it is shown as it came, and not asked for again.
func Lookup(code int) Status {
	for _, status := range statuses {
		if status.Code == code {
			return status
		}
	}

	return Status{Code: code, Class: ClassRejected, Meaning: meaningUnknown, Remedy: remedySupport}
}

// Statuses returns every code that is explained: those of the interface document in its order, then those that its siblings on
// the same host are known to use.
func Statuses() []Status { return slices.Clone(statuses[:]) }

//nolint:gochecknoglobals // A constant table; Go has no constant arrays.
var statuses = [...]Status{
	// Section 7.1, valid requests.
	{200, "查询成功", ClassOK, "The answer holds the quota.", ""},
	{201, "查询无结果", ClassEmpty, "The request was valid, and the service has no quota record for this key.", "Check that key belongs to the company that bought QCC Pro modules."},
	{202, "查询参数错误，请检查", ClassRejected, meaningRequest, remedyReport},
	{205, "等待处理中", ClassTransient, "The service is still working on the answer.", "Try again shortly."},
	{207, "请求数据的条目数超过上限（5000）", ClassRejected, meaningForeign, remedyReport},
	{208, "此接口不支持此公司类型查询", ClassRejected, meaningForeign, remedyReport},
	{209, "企业数量超过上限", ClassRejected, meaningForeign, remedyReport},
	{213, "参数长度不能小于 2", ClassRejected, meaningForeign, remedyReport},
	{215, "不支持的查询关键字", ClassRejected, meaningForeign, remedyReport},
	{218, "该企业暂不支持空壳扫描", ClassRejected, meaningForeign, remedyReport},
	{219, "该企业暂不支持开户尽调", ClassRejected, meaningForeign, remedyReport},

	// Section 7.2, invalid requests.
	{101, "当前的 KEY 无效或者还未生效中", ClassRefused, "The key is not valid, or not in effect yet.", "Check key (QCC_KEY) against 设置中心 -> 我的公司 in QCC Pro, and that it is not swapped with secret_key (QCC_SECRET_KEY). If it is new, wait until QCC has put it into effect."},
	{102, "当前 KEY 已欠费", ClassRefused, "The account of this key is in arrears.", "Settle the account with QCC."},
	{103, "当前 KEY 被暂停使用", ClassRefused, "The key is suspended.", "Ask QCC why: 400-928-2212, working days 08:00-17:30 (UTC+8)."},
	{104, "请求 KEY 异常，请联系管理员", ClassRefused, "The service found something wrong with the use of this key.", remedySupport},
	{106, "非法请求过多，请联系管理员", ClassRefused, meaningLocked, remedyUnlock},
	{107, "被禁止的 IP 或者签名错误", ClassRefused, "One of two things: the address that this machine uses on the internet is not on the account's IP white list, or the signature is wrong.", "Check that key (QCC_KEY) and secret_key (QCC_SECRET_KEY) are not swapped or mistyped. If they are right, have QCC put the egress address of this machine (or of its proxy) on the white list."},
	{108, "异常请求过多，请联系管理员", ClassRefused, meaningLocked, remedyUnlock},
	{109, "请求超过每日系统限制", ClassRefused, meaningDaily, remedyDaily},
	{111, "接口权限未开通，请联系管理员", ClassRefused, "The account may not use the quota query interface.", remedyBuy},
	{112, "您的账号剩余使用量已不足或已过期", ClassRefused, "The account has no calls left, or has expired.", "Top up or renew the account with QCC. Until then QCC does not even tell the quota; terraform destroy works with -refresh=false."},
	{113, "当前接口已被删除，请重新申请", ClassRefused, "The quota query interface was removed from the account.", remedyBuy},
	{114, "当前接口已被禁用，请联系管理员", ClassRefused, "The quota query interface is disabled for the account.", remedyBuy},
	{115, "身份验证错误或者已过期", ClassRefused, "The signature was not accepted: it had expired, or it does not fit.", "Check this machine's clock (a signature is good for a few minutes), then that key and secret_key are not swapped or mistyped."},
	{116, "请求超过每日调用总量限制", ClassRefused, meaningDaily, remedyDaily},
	{117, "当前不支持的请求参数调用量过多", ClassRejected, meaningRequest, remedyReport},
	{118, "当前接口不支持此方式的调用", ClassRejected, meaningRequest, remedyReport},
	{119, "您的帐号出现异常，请联系管理员", ClassRefused, "There is something wrong with the account.", remedySupport},
	{199, "系统未知错误，请联系技术客服", ClassTransient, meaningServer, remedyRetry},
	{203, "系统查询有异常，请联系技术人员", ClassTransient, meaningServer, remedyRetry},
	{214, "您还未购买过该接口，请先购买", ClassRefused, "The quota query interface was not bought for this account.", remedyBuy},
	{223, "当前接口的计费方式不支持此查询参数", ClassRejected, meaningRequest, remedyReport},
	{500, "接口相关的逻辑错误", ClassTransient, meaningServer, remedyRetry},

	// Not in the document; seen from sibling interfaces on the same host.
	{110, "", ClassRefused, "The same query failed several times in a row and is blocked for a while.", "Wait two hours before the next attempt."},
	{120, "", ClassTransient, meaningBusy, remedyRetry},
	{121, "", ClassRejected, "The service does not answer to addresses outside mainland China.", "Run Terraform, or its proxy, from an address in mainland China."},
	{122, "", ClassTransient, meaningBusy, remedyRetry},
	{124, "", ClassTransient, meaningBusy, remedyRetry},
}
