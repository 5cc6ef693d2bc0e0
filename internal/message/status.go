package message

import (
	"maps"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// Status explains a status code of the service. It reports a code without its own explanation as missing from the interface document.
func Status(status qcc.Status) Explanation {
	said, ok := statuses()[status.Code]
	if !ok {
		said = Explanation{
			Meaning: Text{"The interface document (V1.0) does not list this code.", "接口文档（V1.0）中没有这个状态码。"},
			Remedy:  callSupport(),
		}
	}

	switch status.Class {
	case qcc.ClassRefused:
		said.Title = Text{"Quota query refused by QCC", "企查查拒绝了额度查询"}
	case qcc.ClassTransient:
		said.Title = unavailable()
	case qcc.ClassOK, qcc.ClassEmpty, qcc.ClassRejected:
		said.Title = Text{"Unexpected status code from QCC", "企查查返回了意外的状态码"}
	}

	return said
}

// unavailable is the title for failures that may end without any change by the user.
func unavailable() Text { return Text{"QCC service unavailable", "企查查服务暂不可用"} }

func callSupport() Text {
	return Text{"Call QCC's support: " + support + ".", "请联系企查查客服：" + supportZH + "。"}
}

// statuses returns the meaning and remedy of each code in qcc.Statuses.
func statuses() map[int]Explanation {
	all := accountStatuses()
	maps.Copy(all, requestStatuses())

	return all
}

// accountStatuses has the codes about the account, its key and its signature.
func accountStatuses() map[int]Explanation {
	var (
		locked = Text{"The account is locked because it sent too many invalid requests.", "账号发送的异常请求过多，已被锁定。"}
		daily  = Text{"The account has used up its requests for today.", "账号当天的请求次数已用完。"}
		unlock = Text{
			"Stop every pipeline that uses this account, then call QCC's support: " + support +
				". Only QCC can unlock the account, and further requests make it worse.",
			"请先停止所有使用该账号的流水线，再联系企查查客服：" + supportZH + "。只有企查查能够解锁，继续请求只会让情况更糟。",
		}
		nextDay = Text{
			"Wait for the next day, and find out which pipelines send so many requests. QCC does not document when exactly the count is reset.",
			"请等到第二天，并查明哪些流水线请求过于频繁。企查查没有说明次数何时清零。",
		}
		buy = Text{
			"Buy or activate the quota query interface for this account in QCC Pro (pro.qcc.com).",
			"请在企查查专业版（pro.qcc.com）为该账号购买或开通额度查询接口。",
		}
	)

	return map[int]Explanation{
		101: {
			Meaning: Text{"The key is not valid, or not in effect yet.", "key 无效，或者尚未生效。"},
			Remedy: Text{
				"Compare key (QCC_KEY) with 设置中心 -> 我的公司 in QCC Pro. It must not be swapped with secret_key (QCC_SECRET_KEY). If it is new, wait " +
					"until QCC has put it into effect.",
				"请把 key（QCC_KEY）与企查查专业版“设置中心 -> 我的公司”中的公司 key 核对，并确认没有与 secret_key（QCC_SECRET_KEY）互换。如果是新的 key，请等待企查查使其生效。",
			},
		},
		102: {Meaning: Text{"The account of this key is in arrears.", "该 key 的账号已欠费。"}, Remedy: Text{"Settle the account with QCC.", "请向企查查结清欠费。"}},
		103: {Meaning: Text{"The key is suspended.", "该 key 已被暂停使用。"}, Remedy: Text{"Ask QCC why: " + support + ".", "请联系企查查了解原因：" + supportZH + "。"}},
		104: {Meaning: Text{"The service found something wrong with the use of this key.", "企查查发现该 key 的使用有异常。"}, Remedy: callSupport()},
		106: {Meaning: locked, Remedy: unlock},
		107: {
			Meaning: Text{
				"The egress IP address of this machine is not on the account's white list, or the signature is wrong.",
				"本机的出口 IP 不在账号的白名单中，或者签名错误。",
			},
			Remedy: Text{
				"Check that secret_key (QCC_SECRET_KEY) belongs to key (QCC_KEY) and is not mistyped. If both are right, ask QCC to add the " +
					"egress IP address of this machine or its proxy to the white list.",
				"请检查 secret_key（QCC_SECRET_KEY）与 key（QCC_KEY）是否配对、有无输错。如果都正确，请让企查查把本机（或其代理）的出口 IP 加入白名单。",
			},
		},
		108: {Meaning: locked, Remedy: unlock},
		109: {Meaning: daily, Remedy: nextDay},
		110: {
			Meaning: Text{"The same query failed several times in a row.", "同一查询连续失败多次。"},
			Remedy:  Text{"Wait two hours before the next attempt.", "请等待两小时再试。"},
		},
		111: {Meaning: Text{"The account may not use the quota query interface.", "账号没有额度查询接口的权限。"}, Remedy: buy},
		112: {
			Meaning: Text{"The account has no calls left, or has expired.", "账号的接口调用次数不足（QCC 原文：剩余使用量），或者账号已过期。"},
			Remedy: Text{
				"Top up or renew the account with QCC. Until then, QCC does not return the quota. To destroy resources, run terraform destroy " +
					"-refresh=false.",
				"请向企查查充值或续费。在此之前企查查不返回额度；需要销毁资源时，请运行 terraform destroy -refresh=false。",
			},
		},
		113: {Meaning: Text{"The quota query interface was removed from the account.", "账号的额度查询接口已被删除。"}, Remedy: buy},
		114: {Meaning: Text{"The quota query interface is disabled for the account.", "账号的额度查询接口已被禁用。"}, Remedy: buy},
		115: {
			Meaning: Text{"The signature was not accepted: it had expired, or it is wrong.", "签名未通过验证：已过期，或者签名错误。"},
			Remedy: Text{
				"Check the clock of this machine: a signature is valid for a few minutes only. Then check that secret_key (QCC_SECRET_KEY) belongs " +
					"to key (QCC_KEY) and is not mistyped.",
				"请先检查本机时钟，因为签名只在几分钟内有效；再检查 secret_key（QCC_SECRET_KEY）与 key（QCC_KEY）是否配对、有无输错。",
			},
		},
		116: {Meaning: daily, Remedy: nextDay},
		119: {Meaning: Text{"There is something wrong with the account.", "账号出现异常。"}, Remedy: callSupport()},
		214: {Meaning: Text{"The quota query interface was not bought for this account.", "账号未购买额度查询接口。"}, Remedy: buy},
	}
}

// requestStatuses has the codes about a request, and about the service.
func requestStatuses() map[int]Explanation {
	var (
		foreign = Text{
			"This code belongs to other QCC interfaces and is not expected from the quota query.",
			"这是企查查其他接口的状态码，额度查询不应返回它。",
		}
		request = Text{"The service did not accept the form of the request.", "企查查不接受这种形式的请求。"}
		server  = Text{"The service failed to process the request.", "企查查处理请求时出错。"}
		busy    = Text{"The service is busy or under maintenance.", "企查查服务繁忙或正在维护。"}
		report  = Text{
			"Report it to the maintainers of this provider, with the code and the service's message.",
			"请把状态码和企查查的返回信息报告给本 provider 的维护者。",
		}
		retry = Text{
			"Try again later. If the error persists, call QCC's support: " + support + ".",
			"请稍后重试。如果仍然报错，请联系企查查客服：" + supportZH + "。",
		}
	)

	return map[int]Explanation{
		117: {Meaning: request, Remedy: report},
		118: {Meaning: request, Remedy: report},
		120: {Meaning: busy, Remedy: retry},
		121: {
			Meaning: Text{"The service does not accept requests from addresses outside mainland China.", "企查查不接受中国大陆以外地址的请求。"},
			Remedy:  Text{"Run Terraform, or its proxy, from an address in mainland China.", "请从中国大陆的地址运行 Terraform 或其代理。"},
		},
		122: {Meaning: busy, Remedy: retry},
		124: {Meaning: busy, Remedy: retry},
		199: {Meaning: server, Remedy: retry},
		200: {Meaning: Text{"The answer holds the quota.", "响应中有额度。"}},
		201: {
			Meaning: Text{"The request was valid, and the service has no quota record for this key.", "请求有效，但企查查没有该 key 的额度记录。"},
			Remedy: Text{
				"Check that key belongs to the company that bought QCC Pro modules.",
				"请检查 key 是否属于购买了企查查专业版额度模块的公司。",
			},
		},
		202: {Meaning: request, Remedy: report},
		203: {Meaning: server, Remedy: retry},
		205: {Meaning: Text{"The service is still working on the answer.", "企查查仍在处理该请求。"}, Remedy: Text{"Try again shortly.", "请稍后重试。"}},
		207: {Meaning: foreign, Remedy: report},
		208: {Meaning: foreign, Remedy: report},
		209: {Meaning: foreign, Remedy: report},
		213: {Meaning: foreign, Remedy: report},
		215: {Meaning: foreign, Remedy: report},
		218: {Meaning: foreign, Remedy: report},
		219: {Meaning: foreign, Remedy: report},
		223: {Meaning: request, Remedy: report},
		500: {Meaning: server, Remedy: retry},
	}
}
