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

// BehindAProxy is the end of remedies for a service that cannot be reached.
func BehindAProxy() Text {
	return Text{" Behind a proxy, set HTTPS_PROXY, and check NO_PROXY.", "需要代理时，请设置 HTTPS_PROXY，并检查 NO_PROXY。"}
}

// connectionFailures has the failures before there is a connection.
func connectionFailures() map[qcc.Failure]Explanation {
	checkProxy := BehindAProxy()
	checkNames := Text{
		"Check the name servers of this machine." + checkProxy.English, "请检查本机的 DNS 服务器。" + checkProxy.Chinese,
	}
	checkNetwork := Text{
		"Check base_url (QCC_BASE_URL), the network (IPv6 if the host has no IPv4 address) and its firewalls." + checkProxy.English,
		"请检查 base_url（QCC_BASE_URL）、网络（主机没有 IPv4 地址时需要 IPv6）和防火墙。" + checkProxy.Chinese,
	}

	return map[qcc.Failure]Explanation{
		qcc.FailureNoHost: {Meaning: Text{"the host name does not exist (no such host)", "主机名不存在"}, Remedy: Text{
			"Check base_url (QCC_BASE_URL)." + checkProxy.English, "请检查 base_url（QCC_BASE_URL）。" + checkProxy.Chinese,
		}},
		qcc.FailureName: {Meaning: Text{
			"the name servers failed to resolve the host name", "DNS 服务器没有正常响应，无法解析主机名",
		}, Remedy: checkNames},
		qcc.FailureSlowName: {Meaning: Text{"the host name was not resolved in time", "解析主机名超时"}, Remedy: checkNames},
		qcc.FailureRefused: {Meaning: Text{
			"connection refused: nothing listens there, or a firewall rejects it", "连接被拒绝，该地址没有服务在监听，或者被防火墙拒绝",
		}, Remedy: Text{
			"Check base_url (QCC_BASE_URL). Without -listen, the emulator takes a different port at each start." + checkProxy.English,
			"请检查 base_url（QCC_BASE_URL）。模拟服务没有 -listen 参数时，每次启动的端口都不同。" + checkProxy.Chinese,
		}},
		qcc.FailureNoRoute: {Meaning: Text{
			"network or host is unreachable: this machine has no route to the address", "网络或主机不可达，本机没有到该地址的路由",
		}, Remedy: checkNetwork},
		qcc.FailureConnect:     {Meaning: Text{"no connection could be made", "无法建立连接"}, Remedy: checkNetwork},
		qcc.FailureSlowConnect: {Meaning: Text{"no connection was made in time", "建立连接超时"}, Remedy: checkNetwork},
		qcc.FailureNotLoopback: {Meaning: Text{
			"the host name leads to another machine, and plain http is for this machine only",
			"主机名指向另一台机器，而 http 只允许用于本机",
		}, Remedy: Text{
			"In base_url (QCC_BASE_URL), use https, or 127.0.0.1 instead of the host name. Check /etc/hosts and the name servers.",
			"请在 base_url（QCC_BASE_URL）中使用 https，或者用 127.0.0.1 代替主机名。请检查 /etc/hosts 和 DNS 服务器。",
		}},
	}
}

// proxyFailures has the failures of a proxy.
func proxyFailures() map[qcc.Failure]Explanation {
	return map[qcc.Failure]Explanation{
		qcc.FailureProxyAddress: {Meaning: Text{"HTTPS_PROXY does not hold the address of a proxy", "HTTPS_PROXY 不是有效的代理地址"}, Remedy: Text{
			"Set HTTPS_PROXY to a URL such as http://proxy.example.com:8080, or remove it.",
			"请把 HTTPS_PROXY 设为 http://proxy.example.com:8080 这样的 URL，或者删除它。",
		}},
		qcc.FailureProxyName: {Meaning: Text{"the host name of the proxy does not exist", "代理的主机名不存在"}, Remedy: Text{
			"Check the host name in HTTPS_PROXY, and the name servers of this machine.", "请检查 HTTPS_PROXY 中的主机名和本机的 DNS 服务器。",
		}},
		qcc.FailureProxy: {Meaning: Text{
			"the proxy in HTTPS_PROXY could not be reached, or does not answer as a proxy", "无法连接 HTTPS_PROXY 中的代理，或者对方不是代理",
		}, Remedy: Text{
			"Check HTTPS_PROXY: it begins with https only if the proxy itself speaks TLS. If no proxy is needed, add the host to NO_PROXY.",
			"请检查 HTTPS_PROXY：只有代理本身使用 TLS 时，地址才以 https 开头。如果不需要代理，请把主机加入 NO_PROXY。",
		}},
		qcc.FailureSlowProxy: {Meaning: Text{"the proxy did not connect in time", "代理建立连接超时"}, Remedy: Text{
			"Check HTTPS_PROXY, and ask the operator of the proxy whether it can reach the service.",
			"请检查 HTTPS_PROXY，并向代理的管理员确认代理能否访问该服务。",
		}},
		qcc.FailureProxyRefused: {Meaning: Text{"the proxy refused to connect", "代理拒绝建立连接"}, Remedy: Text{
			"HTTP 407 means that the proxy requires a login: write user name and password into the address in HTTPS_PROXY. Otherwise, ask the " +
				"operator of the proxy to allow this host.",
			"HTTP 407 表示代理要求认证：请在 HTTPS_PROXY 的地址中写上用户名和密码。其他情况请联系代理管理员，放行对该主机的访问。",
		}},
	}
}

// certificateFailures has the reasons to refuse a certificate.
func certificateFailures() map[qcc.Failure]Explanation {
	return map[qcc.Failure]Explanation{
		qcc.FailureTrustStore: {Meaning: Text{
			"SSL_CERT_FILE or SSL_CERT_DIR does not name a file or a folder of certificates", "SSL_CERT_FILE 或 SSL_CERT_DIR 指定的证书文件或目录不存在或无效",
		}, Remedy: Text{
			"Correct it (the file must be in PEM form), or remove it to use the trust store of this machine.",
			"请更正该变量（文件必须是 PEM 格式），或者删除它，使用本机的信任库。",
		}},
		qcc.FailureAuthority: {Meaning: Text{
			"the certificate is not trusted: its authority is unknown", "证书不受信任，签发它的 CA 未知",
		}, Remedy: Text{
			"If a proxy or a gateway inspects TLS here, add its authority to the trust store of this machine or to SSL_CERT_FILE (Unix), and have it send " +
				"its intermediate certificates. A container may need ca-certificates. Otherwise, another party may be answering in place of QCC: do " +
				"not continue.",
			"如果这里的代理或网关会解密 TLS，请把它的 CA 证书加入本机的信任库，或者用 SSL_CERT_FILE 指定证书文件（Unix）；它还必须发送中间证书。" +
				"容器可能需要安装 ca-certificates。如果没有这样的代理或网关，可能有人冒充企查查：请不要继续。",
		}},
		qcc.FailureExpired: {Meaning: Text{"the certificate has expired or is not yet valid", "证书已过期或尚未生效"}, Remedy: Text{
			"Check the clock of this machine. If it is right, the certificate must be renewed.",
			"请检查本机时钟。如果时钟没有问题，必须更换证书。",
		}},
		qcc.FailureCertificateName: {Meaning: Text{"the certificate is for another host name", "证书与主机名不匹配"}, Remedy: Text{
			"Use the host name of the certificate in base_url (QCC_BASE_URL), or have one issued for this host. Without base_url, another party may be " +
				"answering in place of QCC: do not continue.",
			"请在 base_url（QCC_BASE_URL）中使用证书上的主机名，或者为该主机签发证书。如果没有设置 base_url，可能有人冒充企查查：请不要继续。",
		}},
		qcc.FailureNoSAN: {Meaning: Text{"the certificate has no subject alternative name (SAN)", "证书没有主题备用名称（SAN）"}, Remedy: Text{
			"Have a certificate issued with the host name as SAN. A common name (CN) is not enough.", "请重新签发证书，把主机名写入 SAN。只有通用名（CN）不够。",
		}},
		qcc.FailureCertificate: {Meaning: Text{"the certificate or its authority must not be used for this", "证书或签发它的 CA 不能用于此用途"}, Remedy: Text{
			"Have a certificate issued for TLS servers, by an authority that may issue it for this host.", "请由有权为该主机签发证书的 CA 签发用于 TLS 服务器的证书。",
		}},
	}
}

// sessionFailures has the failures of TLS except for certificates, and those of the answer.
func sessionFailures() map[qcc.Failure]Explanation {
	handshake := Text{
		"Check the port in base_url (QCC_BASE_URL), and the proxies and firewalls on the way. If curl works here, set GODEBUG=tlsmlkem=0 in the " +
			"environment: some networks, also in mainland China, drop a first TLS message above 1,300 bytes. The provider's has 1,500 bytes, and " +
			"300 without post-quantum key exchange.",
		"请检查 base_url（QCC_BASE_URL）中的端口，以及链路上的代理和防火墙。如果在本机用 curl 可以访问，请设置环境变量 GODEBUG=tlsmlkem=0：" +
			"有些网络（包括中国大陆的部分线路）会丢弃超过 1,300 字节的 TLS 首包。provider 的首包有 1,500 字节，不使用后量子密钥交换时为 300 字节。",
	}

	return map[qcc.Failure]Explanation{
		qcc.FailureClientCertificate: {Meaning: Text{
			"the other side requires a client certificate (mutual TLS)", "对方要求客户端证书（双向 TLS）",
		}, Remedy: Text{
			"The provider does not support client certificates. Let the gateway accept requests without one, or correct base_url (QCC_BASE_URL).",
			"provider 不支持客户端证书。请让网关接受没有客户端证书的请求，或者更正 base_url（QCC_BASE_URL）。",
		}},
		qcc.FailureNotTLS: {Meaning: Text{"the other side does not speak TLS", "对方使用的不是 TLS"}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) names an https port.", "请检查 base_url（QCC_BASE_URL）中的端口是否为 https 端口。",
		}},
		qcc.FailureCiphers: {Meaning: Text{
			"no cipher suite in common (TLS alert handshake_failure)", "双方没有共同的加密套件（TLS 警报 handshake_failure）",
		}, Remedy: Text{
			"Let the other side offer ECDHE: the provider does not use RSA key exchange. If it does, check the host name in base_url (QCC_BASE_URL).",
			"请让对方启用 ECDHE，provider 不使用 RSA 密钥交换。如果已经启用，请检查 base_url（QCC_BASE_URL）中的主机名。",
		}},
		qcc.FailureTLS: {Meaning: Text{"no TLS session could be agreed on", "TLS 协商失败"}, Remedy: Text{
			"Check that base_url (QCC_BASE_URL) is right and that the other side supports TLS 1.2 or newer.",
			"请检查 base_url（QCC_BASE_URL）是否正确、对方是否支持 TLS 1.2 或更高版本。",
		}},
		qcc.FailureHandshake: {Meaning: Text{
			"the connection was closed or reset during the TLS handshake", "TLS 握手尚未完成，连接就被关闭或重置",
		}, Remedy: handshake},
		qcc.FailureSlowTLS: {Meaning: Text{"the TLS handshake did not end in time", "TLS 握手超时"}, Remedy: handshake},
		qcc.FailureSlow: {Meaning: Text{"no complete answer came in time", "等待完整的响应超时"}, Remedy: Text{
			"Check the network. If the service is only slow, raise timeout in the provider block to more than four " +
				"times its response time.",
			"请检查网络。如果只是服务响应慢，请把 provider 块中的 timeout 调到其响应时间的四倍以上。",
		}},
		qcc.FailureBroken: {Meaning: Text{
			"the connection was closed or reset before the answer was complete, or the other side does not speak HTTP",
			"响应还不完整，连接就被关闭或重置，或者对方使用的不是 HTTP",
		}, Remedy: Text{
			"Check the network, its proxies and firewalls, and try again later.",
			"请检查网络、代理和防火墙，稍后重试。",
		}},
	}
}
