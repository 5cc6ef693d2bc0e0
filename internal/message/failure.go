package message

import (
	"maps"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// Failure explains a request without a complete answer. The meaning is a phrase without a full stop. Those in English have the words that
// other programs use, so that a search for them finds help.
func Failure(failure qcc.Failure) Explanation {
	said := failures()[failure]
	said.Title = Text{"No answer from QCC", "未收到企查查的响应"}

	return said
}

// failures returns the meaning and remedy of each failure of qcc.Failures.
func failures() map[qcc.Failure]Explanation {
	all := connectionFailures()
	maps.Copy(all, proxyFailures())
	maps.Copy(all, certificateFailures())
	maps.Copy(all, sessionFailures())

	return all
}

// connectionFailures has the failures before there is a connection.
func connectionFailures() map[qcc.Failure]Explanation {
	const (
		checkNames   = "Check the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves the name."
		checkNamesZH = "请检查本机的 DNS 服务器。需要代理时，请设置 HTTPS_PROXY，由代理解析主机名。"
		checkNetwork = "Check base_url (QCC_BASE_URL), the network on the way to the service, and its firewalls. Behind a proxy, set HTTPS_PROXY, and check " +
			"that NO_PROXY does not exclude the service."
		checkNetworkZH = "请检查 base_url（QCC_BASE_URL）、通往该服务的网络和途中的防火墙。需要代理时，请设置 HTTPS_PROXY，并检查 NO_PROXY 是否排除了该服务。"
	)

	return map[qcc.Failure]Explanation{
		qcc.FailureNoHost: {Meaning: Text{"the host name does not exist (no such host)", "主机名不存在"}, Remedy: Text{
			"Check base_url (QCC_BASE_URL) and the name servers of this machine. Behind a proxy, set HTTPS_PROXY: the proxy then resolves the name.",
			"请检查 base_url（QCC_BASE_URL）和本机的 DNS 服务器。需要代理时，请设置 HTTPS_PROXY，由代理解析主机名。",
		}},
		qcc.FailureName: {Meaning: Text{
			"the host name could not be resolved, because the name servers failed", "DNS 服务器没有正常响应，无法解析主机名",
		}, Remedy: Text{checkNames, checkNamesZH}},
		qcc.FailureSlowName: {Meaning: Text{"the host name was not resolved in time", "解析主机名超时"}, Remedy: Text{checkNames, checkNamesZH}},
		qcc.FailureRefused: {Meaning: Text{
			"connection refused: nothing listens at this address, or a firewall rejects the connection",
			"连接被拒绝，该地址没有服务在监听，或者被防火墙拒绝",
		}, Remedy: Text{
			"Check that a service listens there (without -listen, the emulator takes a different port at each start). " + checkNetwork,
			"请检查该地址是否有服务在监听（模拟服务没有 -listen 参数时，每次启动的端口都不同）。" + checkNetworkZH,
		}},
		qcc.FailureNoRoute: {Meaning: Text{"this machine has no route to the address (network or host is unreachable)", "本机没有到该地址的路由，网络或主机不可达"}, Remedy: Text{
			"If the host name has only IPv6 addresses, this machine needs IPv6. " + checkNetwork,
			"如果主机名只有 IPv6 地址，本机必须支持 IPv6。" + checkNetworkZH,
		}},
		qcc.FailureConnect:     {Meaning: Text{"no connection could be made", "无法建立连接"}, Remedy: Text{checkNetwork, checkNetworkZH}},
		qcc.FailureSlowConnect: {Meaning: Text{"no connection was made in time", "建立连接超时"}, Remedy: Text{checkNetwork, checkNetworkZH}},
		qcc.FailureNotLoopback: {Meaning: Text{
			"the host name leads to another machine, and plain http is for this machine only",
			"主机名指向另一台机器，而 http 只允许用于本机",
		}, Remedy: Text{
			"Use https in base_url (QCC_BASE_URL), or the address 127.0.0.1 instead of a host name. Find out why the name does not resolve to " +
				"this machine: look at a file such as /etc/hosts, and at the name server.",
			"请在 base_url（QCC_BASE_URL）中使用 https，或者用地址 127.0.0.1 代替主机名。请检查 /etc/hosts 等文件和 DNS 服务器，查明主机名为什么没有解析到本机。",
		}},
	}
}

// proxyFailures has the failures of a proxy.
func proxyFailures() map[qcc.Failure]Explanation {
	const (
		checkProxy = "Check HTTPS_PROXY: its address begins with https only if the proxy itself speaks TLS. If the service can be reached " +
			"without a proxy, add its host to NO_PROXY."
		checkProxyZH = "请检查 HTTPS_PROXY：只有代理本身使用 TLS 时，地址才以 https 开头。如果不经代理也能访问该服务，请把它的主机加入 NO_PROXY。"
	)

	return map[qcc.Failure]Explanation{
		qcc.FailureProxyAddress: {Meaning: Text{"HTTPS_PROXY does not hold the address of a proxy", "HTTPS_PROXY 不是有效的代理地址"}, Remedy: Text{
			"Set HTTPS_PROXY to a URL such as http://proxy.example.com:8080, or remove it. The provider does not bypass a proxy that is " +
				"configured incorrectly.",
			"请把 HTTPS_PROXY 设为 http://proxy.example.com:8080 这样的 URL，或者删除它。代理配置有误时，provider 不会绕过代理。",
		}},
		qcc.FailureProxyName: {Meaning: Text{"the host name of the proxy does not exist", "代理的主机名不存在"}, Remedy: Text{
			"Check the host name in HTTPS_PROXY, and the name servers of this machine.", "请检查 HTTPS_PROXY 中的主机名和本机的 DNS 服务器。",
		}},
		qcc.FailureProxy: {Meaning: Text{
			"the proxy in HTTPS_PROXY could not be reached, or does not answer as a proxy", "无法连接 HTTPS_PROXY 中的代理，或者它的响应不像代理",
		}, Remedy: Text{checkProxy, checkProxyZH}},
		qcc.FailureSlowProxy: {Meaning: Text{"the proxy did not connect in time", "代理建立连接超时"}, Remedy: Text{
			checkProxy + " Ask the operator of the proxy whether it can reach the service.", checkProxyZH + "请向代理的管理员确认代理能否访问该服务。",
		}},
		qcc.FailureProxyRefused: {Meaning: Text{"the proxy refused to connect", "代理拒绝建立连接"}, Remedy: Text{
			"HTTP 407 means that the proxy requires a login: write the user name and the password into the address in HTTPS_PROXY. Otherwise, ask the " +
				"operator of the proxy to allow connections to this host.",
			"HTTP 407 表示代理要求认证：请在 HTTPS_PROXY 的地址中写上用户名和密码。其他情况请联系代理管理员，放行对该主机的访问。",
		}},
	}
}

// certificateFailures has the reasons to refuse a certificate.
func certificateFailures() map[qcc.Failure]Explanation {
	return map[qcc.Failure]Explanation{
		qcc.FailureTrustStore: {Meaning: Text{
			"the certificate could not be verified, because SSL_CERT_FILE or SSL_CERT_DIR does not name a file or a folder of certificates",
			"无法验证证书，因为 SSL_CERT_FILE 或 SSL_CERT_DIR 指定的证书文件或目录不存在或无效",
		}, Remedy: Text{
			"Correct SSL_CERT_FILE, which must name a file in PEM form, and SSL_CERT_DIR; or remove both to use the trust store of this machine.",
			"请更正 SSL_CERT_FILE（必须是 PEM 格式的文件）和 SSL_CERT_DIR；或者删除这两个变量，使用本机的信任库。",
		}},
		qcc.FailureAuthority: {Meaning: Text{
			"the certificate is not trusted: it is from an unknown authority", "证书不受信任，签发它的 CA 未知",
		}, Remedy: Text{
			"If a proxy or a gateway inspects TLS here, add its certificate authority to the trust store of this machine (on Unix, SSL_CERT_FILE " +
				"can name a file with it), and let it send its intermediate certificates. A container without authorities needs the package " +
				"ca-certificates. In all other cases, another party may be answering in place of QCC: do not continue.",
			"如果这里的代理或网关会解密 TLS，请把它的 CA 证书加入本机的信任库（在 Unix 上可以用 SSL_CERT_FILE 指定证书文件），并让它同时发送中间证书。" +
				"没有 CA 证书的容器需要安装 ca-certificates。其他情况下可能有人冒充企查查：请不要继续。",
		}},
		qcc.FailureExpired: {Meaning: Text{"the certificate has expired or is not yet valid", "证书已过期或尚未生效"}, Remedy: Text{
			"Check the clock of this machine. If it is right, the gateway, the proxy or QCC needs a new certificate: tell its operator.",
			"请检查本机时钟。如果时钟没有问题，请通知网关或代理的管理员（或企查查）更换证书。",
		}},
		qcc.FailureCertificateName: {Meaning: Text{"the certificate is for another host name", "证书属于另一个主机名"}, Remedy: Text{
			"In base_url (QCC_BASE_URL), use the host name that the certificate has, or have the operator of the gateway or proxy issue a certificate for " +
				"this host. Without base_url, a login page or another party may be answering in place of QCC: do not continue.",
			"请在 base_url（QCC_BASE_URL）中使用证书上的主机名，或者请让网关或代理的管理员为该主机签发证书。如果没有设置 base_url，" +
				"可能是登录页面在响应，或者有人冒充企查查：请不要继续。",
		}},
		qcc.FailureNoSAN: {Meaning: Text{
			"the certificate has no subject alternative name (SAN), and its common name does not count", "证书没有主题备用名称（SAN），仅凭通用名（CN）不能通过验证",
		}, Remedy: Text{
			"Have the operator of the gateway or proxy issue a certificate that has the host name as SAN.",
			"请让网关或代理的管理员重新签发证书，把主机名写入 SAN。",
		}},
		qcc.FailureCertificate: {Meaning: Text{"the certificate, or one of its authorities, must not be used for this", "证书或签发它的 CA 不能用于此用途"}, Remedy: Text{
			"Have the operator of the gateway or proxy issue a certificate for TLS servers, whose authorities may issue it for this host.",
			"请让网关或代理的管理员签发用于 TLS 服务器的证书，签发它的 CA 必须有权为该主机签发证书。",
		}},
	}
}

// sessionFailures has the failures of TLS except for certificates, and those of the answer.
func sessionFailures() map[qcc.Failure]Explanation {
	const (
		checkTLS = "Check that base_url (QCC_BASE_URL) names an https port, and check the proxies and firewalls on the way. If curl works on this " +
			"machine, set the environment variable GODEBUG=tlsmlkem=0. Some networks, also in mainland China, drop a first TLS message above " +
			"1,300 bytes. The provider's has 1,500 bytes, and 300 with this setting, which switches off post-quantum key exchange."
		checkTLSZH = "请检查 base_url（QCC_BASE_URL）中的端口是否为 https 端口，以及途中的代理和防火墙。如果在本机用 curl 可以访问，" +
			"请设置环境变量 GODEBUG=tlsmlkem=0：有些网络（包括中国大陆的部分线路）会丢弃超过 1,300 字节的 TLS 首包。provider 的首包有 1,500 字节，" +
			"该设置会关闭后量子密钥交换，首包减为 300 字节。"
	)

	return map[qcc.Failure]Explanation{
		qcc.FailureClientCertificate: {Meaning: Text{
			"the other side requires a client certificate (mutual TLS)", "对方要求客户端证书（双向 TLS）",
		}, Remedy: Text{
			"The provider does not support client certificates. Check that base_url (QCC_BASE_URL) names the right gateway, or let the gateway " +
				"accept requests without one.",
			"provider 不支持客户端证书。请检查 base_url（QCC_BASE_URL）中的网关是否正确，或者让网关接受没有客户端证书的请求。",
		}},
		qcc.FailureNotTLS: {Meaning: Text{"the other side does not speak TLS", "对方使用的不是 TLS"}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) names an https port.", "请检查 base_url（QCC_BASE_URL）中的端口是否为 https 端口。",
		}},
		qcc.FailureCiphers: {Meaning: Text{
			"the other side accepts none of the provider's cipher suites (TLS alert handshake_failure)",
			"对方不接受 provider 的任何加密套件（TLS 警报 handshake_failure）",
		}, Remedy: Text{
			"Let the gateway or proxy offer a cipher suite with ECDHE: the provider does not use RSA key exchange. If it does, check the host name in " +
				"base_url (QCC_BASE_URL).",
			"请让网关或代理启用含 ECDHE 的加密套件，provider 不使用 RSA 密钥交换。如果已经启用，请检查 base_url（QCC_BASE_URL）中的主机名。",
		}},
		qcc.FailureTLS: {Meaning: Text{"no TLS session could be agreed on", "TLS 协商失败"}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) is right and that the other side supports TLS 1.2 or newer.",
			"请检查 base_url（QCC_BASE_URL）是否正确、对方是否支持 TLS 1.2 或更高版本。",
		}},
		qcc.FailureHandshake: {Meaning: Text{"the connection was closed or reset during the TLS handshake", "TLS 握手尚未完成，连接就被关闭或重置"}, Remedy: Text{checkTLS, checkTLSZH}},
		qcc.FailureSlowTLS:   {Meaning: Text{"the TLS handshake did not end in time", "TLS 握手超时"}, Remedy: Text{checkTLS, checkTLSZH}},
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
