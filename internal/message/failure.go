package message

import "github.com/qccpro/terraform-provider-qcc/internal/qcc"

// Failure explains a request without a complete answer. The meaning is a phrase without a full stop. Those in English have the words that
// other programs use, so that a search for them finds help.
func Failure(failure qcc.Failure) Explanation {
	said := failures()[failure]
	said.Title = Text{"No answer from QCC", "未收到企查查的响应"}

	return said
}

// failures returns the meaning and remedy of each failure of qcc.Failures.
func failures() map[qcc.Failure]Explanation {
	const (
		checkProxy     = "Check HTTPS_PROXY. If the service can be reached without a proxy, add its host to NO_PROXY."
		checkProxyZH   = "请检查 HTTPS_PROXY。如果不经代理也能访问该服务，请把它的主机加入 NO_PROXY。"
		checkNetwork   = "Check the network on the way to the service, its firewalls, and base_url (QCC_BASE_URL). Behind a proxy, set HTTPS_PROXY."
		checkNetworkZH = "请检查通往该服务的网络、途中的防火墙和 base_url（QCC_BASE_URL）。需要代理时，请设置 HTTPS_PROXY。"
	)

	return map[qcc.Failure]Explanation{
		qcc.FailureName: {Meaning: Text{"the host name could not be resolved", "无法解析主机名"}, Remedy: Text{
			"Check base_url (QCC_BASE_URL) and the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves the name.",
			"请检查 base_url（QCC_BASE_URL）和本机的 DNS 服务器。需要代理时，请设置 HTTPS_PROXY，由代理解析主机名。",
		}},
		qcc.FailureRefused: {Meaning: Text{
			"connection refused: nothing listens at this address, or a firewall rejects the connection",
			"连接被拒绝，该地址没有服务在监听，或者被防火墙拒绝",
		}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) is right and that a service listens there (without -listen, the emulator takes a different port at each start). If it " +
				"does, check the firewalls on the way.",
			"请检查 base_url（QCC_BASE_URL）是否正确、该地址是否有服务在监听（模拟服务没有 -listen 参数时，每次启动的端口都不同）。如果有，请检查途中的防火墙。",
		}},
		qcc.FailureConnect: {Meaning: Text{"no connection could be made", "无法建立连接"}, Remedy: Text{
			checkNetwork + " If all of this is right, try again later.", checkNetworkZH + "如果都没有问题，请稍后重试。",
		}},
		qcc.FailureNotLoopback: {Meaning: Text{
			"the host name leads to another machine, and plain http is for this machine only",
			"主机名指向另一台机器，而 http 只允许用于本机",
		}, Remedy: Text{
			"Use https in base_url (QCC_BASE_URL), or the address 127.0.0.1 instead of a host name. Find out why the name does not resolve to " +
				"this machine: look at a file such as /etc/hosts, and at the name server.",
			"请在 base_url（QCC_BASE_URL）中使用 https，或者用地址 127.0.0.1 代替主机名。请检查 /etc/hosts 等文件和 DNS 服务器，查明主机名为什么没有解析到本机。",
		}},
		qcc.FailureProxyAddress: {Meaning: Text{"HTTPS_PROXY does not hold the address of a proxy", "HTTPS_PROXY 不是有效的代理地址"}, Remedy: Text{
			"Set HTTPS_PROXY to a URL such as http://proxy.example.com:8080, or remove it. The provider does not bypass a proxy that is " +
				"configured incorrectly.",
			"请把 HTTPS_PROXY 设为 http://proxy.example.com:8080 这样的 URL，或者删除它。代理配置有误时，provider 不会绕过代理。",
		}},
		qcc.FailureProxy: {Meaning: Text{
			"the proxy could not be reached, or does not answer as a proxy", "无法连接代理，或者它的响应不像代理",
		}, Remedy: Text{checkProxy, checkProxyZH}},
		qcc.FailureProxyRefused: {Meaning: Text{"the proxy refused to connect", "代理拒绝建立连接"}, Remedy: Text{
			"Ask the operator of the proxy in HTTPS_PROXY to allow connections to this host. HTTP 407 means that HTTPS_PROXY must contain a " +
				"user name and a password.",
			"请让 HTTPS_PROXY 中代理的管理员放行到该主机的连接。HTTP 407 表示 HTTPS_PROXY 中必须有用户名和密码。",
		}},
		qcc.FailureCertificate: {Meaning: Text{"the certificate is not trusted", "证书不受信任"}, Remedy: Text{
			"If a proxy or a gateway inspects TLS here, add its certificate authority to the trust store of this machine (on Unix, SSL_CERT_FILE " +
				"can name a file with it). Otherwise, another party may be answering in place of QCC: do not continue. Also check that the " +
				"clock of this machine is right.",
			"如果这里的代理或网关会解密 TLS，请把它的 CA 证书加入本机的信任库（在 Unix 上可以用 SSL_CERT_FILE 指定证书文件）。否则可能有人冒充企查查：请不要继续。另外请检查本机时钟。",
		}},
		qcc.FailureClientCertificate: {Meaning: Text{
			"the other side requires a client certificate (mutual TLS)", "对方要求客户端证书（双向 TLS）",
		}, Remedy: Text{
			"The provider does not support client certificates. Check that base_url (QCC_BASE_URL) names the right gateway, or let the gateway " +
				"accept requests without one.",
			"provider 不支持客户端证书。请检查 base_url（QCC_BASE_URL）中的网关是否正确，或者让网关接受没有客户端证书的请求。",
		}},
		qcc.FailureTLS: {Meaning: Text{"no TLS session could be agreed on", "TLS 协商失败"}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) names an https port and that the other side supports TLS 1.2 or newer.",
			"请检查 base_url（QCC_BASE_URL）中的端口是否为 https 端口、对方是否支持 TLS 1.2 或更高版本。",
		}},
		qcc.FailureSlowName: {Meaning: Text{"the host name was not resolved in time", "解析主机名超时"}, Remedy: Text{
			"Check the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves the name.",
			"请检查本机的 DNS 服务器。需要代理时，请设置 HTTPS_PROXY，由代理解析主机名。",
		}},
		qcc.FailureSlowConnect: {Meaning: Text{"no connection was made in time", "建立连接超时"}, Remedy: Text{checkNetwork, checkNetworkZH}},
		qcc.FailureSlowProxy: {Meaning: Text{"the proxy did not connect in time", "代理建立连接超时"}, Remedy: Text{
			checkProxy + " Ask the operator of the proxy whether it can reach the service.", checkProxyZH + "请向代理的管理员确认代理能否访问该服务。",
		}},
		qcc.FailureSlowTLS: {Meaning: Text{"the TLS handshake did not end in time", "TLS 握手超时"}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) names an https port, and check the proxies and firewalls on the way to it.",
			"请检查 base_url（QCC_BASE_URL）中的端口是否为 https 端口，以及途中的代理和防火墙。",
		}},
		qcc.FailureSlow: {Meaning: Text{"no complete answer came in time", "等待完整的响应超时"}, Remedy: Text{
			"Check the network on the way to the service. If the service is only slow, raise timeout in the provider block to more than four " +
				"times its response time: every attempt before the last gets a quarter of it.",
			"请检查通往该服务的网络。如果只是服务响应慢，请把 provider 块中的 timeout 调到其响应时间的四倍以上：除最后一次外，每次尝试只占 timeout 的四分之一。",
		}},
		qcc.FailureBroken: {Meaning: Text{
			"the connection was closed or reset before the answer was complete, or the other side does not speak HTTP",
			"响应尚未完整，连接就被关闭或重置，或者对方使用的不是 HTTP",
		}, Remedy: Text{
			"Check the network, proxies and firewalls on the way to the service, and try again later.",
			"请检查通往该服务的网络、代理和防火墙，稍后重试。",
		}},
	}
}
