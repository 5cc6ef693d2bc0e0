package documents_test

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestSecurityReviewIsTrue compares what the page says with a request as it is on the wire, with the defaults, and with the tables of the
// reservation database.
func TestSecurityReviewIsTrue(t *testing.T) {
	t.Parallel()

	sent := requestOnTheWire(t)

	for _, page := range []string{"security-review.md", "security-review" + testkit.ChineseSuffix} {
		page = filepath.Join(testkit.GuidesDir, page)
		text := testkit.ReadFile(t, page)

		if shown := testkit.CodeBlocks(t, page, "http"); len(shown) != 1 || shown[0] != sent {
			t.Errorf("%s shows\n%s\nand the provider sends\n%s", page, shown, sent)
		}

		for _, fact := range []string{qcc.DefaultBaseURL, fmt.Sprint(" ", qcc.DefaultMaxRetries, " "), fmt.Sprintf("%.0fs", qcc.DefaultTimeout.Seconds())} {
			if !strings.Contains(text, fact) {
				t.Errorf("%s does not say %q", page, fact)
			}
		}

		for _, table := range regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`).FindAllStringSubmatch(testkit.ReadFile(t, "examples/reservations/schema.sql"), -1) {
			_, said, _ := strings.Cut(text, "\n- `"+table[1]+"`")
			said, _, _ = strings.Cut(said, "\n- ")
			said, _, _ = strings.Cut(said, "\n\n")

			named, columns := words(said, "`(\\w+)`"), words(table[2], `(?m)^    ([a-z_]+) `)
			if !slices.Equal(named, columns) {
				t.Errorf("%s says that %s has the columns %q, want %q", page, table[1], named, columns)
			}
		}
	}
}

// words returns what the group of a pattern matches in a text, in the order of the alphabet.
func words(text, pattern string) []string {
	matches := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
	found := make([]string, 0, len(matches))

	for _, match := range matches {
		found = append(found, match[1])
	}

	slices.Sort(found)

	return found
}

// requestOnTheWire reads the quota with the provider, and returns the request, with the host of QCC, a version and a fixed time.
func requestOnTheWire(t *testing.T) string {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = listener.Close() })

	received := make(chan string, 1)

	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()

		var request strings.Builder

		for lines := bufio.NewScanner(connection); lines.Scan() && lines.Text() != ""; {
			request.WriteString(lines.Text() + "\n")
		}

		_, _ = fmt.Fprint(connection, "HTTP/1.1 200 OK\r\n\r\n", `{"status":"200","msg":"","result":[]}`)

		received <- request.String()
	}()

	address := listener.Addr().String()
	readQuota(t, map[string]string{"QCC_BASE_URL": "http://" + address, "QCC_KEY": emulator.DefaultKey, "QCC_SECRET_KEY": emulator.DefaultSecretKey})

	request := strings.NewReplacer(address, strings.TrimPrefix(qcc.DefaultBaseURL, "https://"), "-qcc/test ", "-qcc/0.1.0 ").Replace(<-received)

	for header, value := range map[string]string{"Timespan: ": "1700000000", "Token: ": "CA1B3769BADBE679C3CB495C65CF228B"} {
		request = regexp.MustCompile(header+`\w{`+fmt.Sprint(len(value))+`}\n`).ReplaceAllString(request, header+value+"\n")
	}

	return request
}

// readQuota reads the data source once.
func readQuota(t *testing.T, environment map[string]string) {
	t.Helper()

	server, schema := server(t, func(name string) string { return environment[name] })

	request := &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: config(t, schema.Provider, "", nil)}
	if _, err := server.ConfigureProvider(t.Context(), request); err != nil {
		t.Fatal(err)
	}

	const name = "qcc_quota"

	answer, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: name, Config: config(t, schema.DataSourceSchemas[name], "", nil),
	})
	if err != nil || len(answer.Diagnostics) != 0 {
		t.Fatalf("%v, %+v", err, answer)
	}
}
