//go:build gateway

package gateway_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// serveNames starts a name server for one host, and returns its address.
func serveNames(t *testing.T, addresses ...dnsmessage.ResourceBody) string {
	t.Helper()

	server, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { server.Close() })

	go func() {
		buffer := make([]byte, 1500)

		for {
			size, client, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}

			var message dnsmessage.Message
			if message.Unpack(buffer[:size]) != nil || len(message.Questions) != 1 {
				continue
			}

			message.Response, message.Additionals = true, nil

			for _, address := range addresses {
				kind := dnsmessage.TypeA
				if _, six := address.(*dnsmessage.AAAAResource); six {
					kind = dnsmessage.TypeAAAA
				}

				if question := message.Questions[0]; question.Type == kind {
					header := dnsmessage.ResourceHeader{Name: question.Name, Type: kind, Class: question.Class, TTL: 1}
					message.Answers = append(message.Answers, dnsmessage.Resource{Header: header, Body: address})
				}
			}

			if answer, err := message.Pack(); err == nil {
				_, _ = server.WriteTo(answer, client)
			}
		}
	}()

	return server.LocalAddr().String()
}

// TestGatewayPrefersIPv4 gives QCC an IPv6 address that this machine cannot reach.
func TestGatewayPrefersIPv4(t *testing.T) {
	t.Parallel()

	u := serveQCC(t, emulator.Behavior{}, nil)
	_, port, _ := strings.Cut(u.url, "127.0.0.1:")

	ipv4, ipv6 := &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}, &dnsmessage.AAAAResource{AAAA: [16]byte{15: 1}}

	for name, test := range map[string]struct {
		addresses []dnsmessage.ResourceBody
		uses      string
		settings  []string
		status    int
	}{
		"both":               {[]dnsmessage.ResourceBody{ipv6, ipv4}, "127.0.0.1", nil, http.StatusOK},
		"only IPv6":          {[]dnsmessage.ResourceBody{ipv6}, "::1", nil, http.StatusServiceUnavailable},
		"both, IPv6 is used": {[]dnsmessage.ResourceBody{ipv4, ipv6}, "::1", []string{"PREFER=ipv6"}, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			const system = "    parse-resolv-conf\n"

			content := testkit.ReadFile(t, "examples/gateway/haproxy.cfg")
			if strings.Count(content, system) != 1 {
				t.Fatalf("the configuration has not one %q", system)
			}

			config := filepath.Join(t.TempDir(), "haproxy.cfg")
			content = strings.Replace(content, system, "    nameserver test "+serveNames(t, test.addresses...)+"\n", 1)

			if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}

			g := startConfig(t, u, config, append(test.settings, "UPSTREAM=quota.test:"+port)...)
			if !g.printed.await(" to "+test.uses+" by ", 1, g.ended) {
				t.Fatal("HAProxy has ended")
			}

			if response, answer := g.get(unknownKey); response.StatusCode != test.status {
				t.Errorf("HTTP %d: %s", response.StatusCode, answer)
			}

			g.awaitHealth(test.status)
		})
	}
}
