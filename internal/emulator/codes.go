package emulator

import "maps"

// Codes returns the status codes of the interface document with their texts. The texts have no prefix: see validPrefix and
// invalidPrefix.
func Codes() map[int]string {
	codes := validRequests()
	maps.Copy(codes, invalidRequests())

	return codes
}

// validRequests returns the codes of valid requests. Source: interface document, section 7.1.
func validRequests() map[int]string {
	return map[int]string{
		200: "查询成功",
		201: "查询无结果",
		202: "查询参数错误，请检查",
		205: "等待处理中",
		207: "请求数据的条目数超过上限（5000）",
		208: "此接口不支持此公司类型查询",
		209: "企业数量超过上限",
		213: "参数长度不能小于 2",
		215: "不支持的查询关键字",
		218: "该企业暂不支持空壳扫描",
		219: "该企业暂不支持开户尽调",
	}
}

// invalidRequests returns the codes of invalid requests. Source: interface document, section 7.2.
func invalidRequests() map[int]string {
	return map[int]string{
		101: "当前的 KEY 无效或者还未生效中",
		102: "当前 KEY 已欠费",
		103: "当前 KEY 被暂停使用",
		104: "请求 KEY 异常，请联系管理员",
		106: "非法请求过多，请联系管理员",
		107: "被禁止的 IP 或者签名错误",
		108: "异常请求过多，请联系管理员",
		109: "请求超过每日系统限制",
		111: "接口权限未开通，请联系管理员",
		112: "您的账号剩余使用量已不足或已过期",
		113: "当前接口已被删除，请重新申请",
		114: "当前接口已被禁用，请联系管理员",
		115: "身份验证错误或者已过期",
		116: "请求超过每日调用总量限制",
		117: "当前不支持的请求参数调用量过多",
		118: "当前接口不支持此方式的调用",
		119: "您的帐号出现异常，请联系管理员",
		199: "系统未知错误，请联系技术客服",
		203: "系统查询有异常，请联系技术人员",
		214: "您还未购买过该接口，请先购买",
		223: "当前接口的计费方式不支持此查询参数",
		500: "接口相关的逻辑错误",
	}
}

// The document's tables put these prefixes before each text, but its sample answer does not.
const (
	validPrefix   = "【有效请求】"
	invalidPrefix = "【无效请求】"
)

// prefixOf returns the prefix of the table that lists a code. Unlisted codes have the prefix of invalid requests.
func prefixOf(code int) string {
	if _, valid := validRequests()[code]; valid {
		return validPrefix
	}

	return invalidPrefix
}
