package words

import "github.com/qccpro/terraform-provider-qcc/internal/qcc"

// Several codes share these meanings and remedies.
const (
	meaningForeign = "This code belongs to other QCC interfaces and is not expected from the quota query."
	meaningRequest = "The service did not accept the form of the request."
	meaningServer  = "The service failed to process the request."
	meaningBusy    = "The service is busy or under maintenance."
	meaningLocked  = "The account is locked because it sent too many requests that were wrong."
	meaningDaily   = "The account's requests for today are used up."
	remedyReport   = "Report it to the maintainers of this provider, with the code and the service's message."
	remedyRetry    = "Try again in a few minutes. If it stays, call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	remedyUnlock   = "Stop every pipeline that uses this account, then call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8). Only QCC can lift the lock, and further requests make it worse."
	remedySupport  = "Call QCC's support: 400-928-2212, working days 08:00-17:30 (UTC+8)."
	remedyDaily    = "Wait for the next day, and find out which pipelines ask so often. When exactly the count starts anew is not documented."
	remedyBuy      = "Have the quota query interface bought or opened for this account in QCC Pro (pro.qcc.com)."
)

// Status explains a status code of the service. It reports a code without its own explanation as missing from the interface document.
func Status(status qcc.Status) Explanation {
	said, ok := statuses()[status.Code]
	if !ok {
		said = Explanation{Meaning: "The interface document (V1.0) does not list this code.", Remedy: remedySupport}
	}

	switch status.Class {
	case qcc.ClassRefused:
		said.Summary = summaryRefused
	case qcc.ClassTransient:
		said.Summary = summaryUnavailable
	case qcc.ClassOK, qcc.ClassEmpty, qcc.ClassRejected:
		said.Summary = summaryUnexpected
	}

	return said
}

// statuses returns the meaning and remedy of each code in qcc.Statuses.
func statuses() map[int]Explanation {
	return map[int]Explanation{
		200: {Meaning: "The answer holds the quota."},
		201: {Meaning: "The request was valid, and the service has no quota record for this key.", Remedy: "Check that key belongs to the company that bought QCC Pro modules."},
		202: {Meaning: meaningRequest, Remedy: remedyReport},
		205: {Meaning: "The service is still working on the answer.", Remedy: "Try again shortly."},
		207: {Meaning: meaningForeign, Remedy: remedyReport},
		208: {Meaning: meaningForeign, Remedy: remedyReport},
		209: {Meaning: meaningForeign, Remedy: remedyReport},
		213: {Meaning: meaningForeign, Remedy: remedyReport},
		215: {Meaning: meaningForeign, Remedy: remedyReport},
		218: {Meaning: meaningForeign, Remedy: remedyReport},
		219: {Meaning: meaningForeign, Remedy: remedyReport},
		101: {Meaning: "The key is not valid, or not in effect yet.", Remedy: "Check key (QCC_KEY) against 设置中心 -> 我的公司 in QCC Pro, and that it is not swapped with secret_key (QCC_SECRET_KEY). If it is new, wait until QCC has put it into effect."},
		102: {Meaning: "The account of this key is in arrears.", Remedy: "Settle the account with QCC."},
		103: {Meaning: "The key is suspended.", Remedy: "Ask QCC why: 400-928-2212, working days 08:00-17:30 (UTC+8)."},
		104: {Meaning: "The service found something wrong with the use of this key.", Remedy: remedySupport},
		106: {Meaning: meaningLocked, Remedy: remedyUnlock},
		107: {Meaning: "One of two things: the address that this machine uses on the internet is not on the account's IP white list, or the signature is wrong.", Remedy: "Check that key (QCC_KEY) and secret_key (QCC_SECRET_KEY) are not swapped or mistyped. If they are right, have QCC put the egress address of this machine (or of its proxy) on the white list."},
		108: {Meaning: meaningLocked, Remedy: remedyUnlock},
		109: {Meaning: meaningDaily, Remedy: remedyDaily},
		111: {Meaning: "The account may not use the quota query interface.", Remedy: remedyBuy},
		112: {Meaning: "The account has no calls left, or has expired.", Remedy: "Top up or renew the account with QCC. Until then QCC does not even tell the quota; terraform destroy works with -refresh=false."},
		113: {Meaning: "The quota query interface was removed from the account.", Remedy: remedyBuy},
		114: {Meaning: "The quota query interface is disabled for the account.", Remedy: remedyBuy},
		115: {Meaning: "The signature was not accepted: it had expired, or it does not fit.", Remedy: "Check this machine's clock (a signature is good for a few minutes), then that key and secret_key are not swapped or mistyped."},
		116: {Meaning: meaningDaily, Remedy: remedyDaily},
		117: {Meaning: meaningRequest, Remedy: remedyReport},
		118: {Meaning: meaningRequest, Remedy: remedyReport},
		119: {Meaning: "There is something wrong with the account.", Remedy: remedySupport},
		199: {Meaning: meaningServer, Remedy: remedyRetry},
		203: {Meaning: meaningServer, Remedy: remedyRetry},
		214: {Meaning: "The quota query interface was not bought for this account.", Remedy: remedyBuy},
		223: {Meaning: meaningRequest, Remedy: remedyReport},
		500: {Meaning: meaningServer, Remedy: remedyRetry},
		110: {Meaning: "The same query failed several times in a row and is blocked for a while.", Remedy: "Wait two hours before the next attempt."},
		120: {Meaning: meaningBusy, Remedy: remedyRetry},
		121: {Meaning: "The service does not answer to addresses outside mainland China.", Remedy: "Run Terraform, or its proxy, from an address in mainland China."},
		122: {Meaning: meaningBusy, Remedy: remedyRetry},
		124: {Meaning: meaningBusy, Remedy: remedyRetry},
	}
}
