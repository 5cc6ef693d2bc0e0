package gateway_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// advisedTimeout is the timeout of the provider that the guide "Many pipelines" and the gateway's configuration advise.
const advisedTimeout = 6 * time.Minute

// section is a section of the gateway's configuration, without comments.
type section []string

// gatewaySections returns the sections of the gateway's configuration by their first lines, such as "backend qcc".
func gatewaySections(t *testing.T) map[string]section {
	t.Helper()

	sections := map[string]section{}
	name := ""

	for line := range strings.Lines(testkit.ReadFile(t, "examples/gateway/haproxy.cfg")) {
		statement := strings.TrimSpace(regexp.MustCompile(`(^|\s)#.*`).ReplaceAllString(line, ""))

		switch {
		case statement == "":
		case line[0] != ' ':
			name = statement
		default:
			sections[name] = append(sections[name], statement)
		}
	}

	return sections
}

// value returns the group of an expression. Only one statement of the section may match the expression.
func (s section) value(t *testing.T, expression string) string {
	t.Helper()

	var found []string

	for _, statement := range s {
		if match := regexp.MustCompile("^" + expression + "$").FindStringSubmatch(statement); match != nil {
			found = append(found, match[1])
		}
	}

	if len(found) != 1 {
		t.Fatalf("%s has the values %q, want one", expression, found)
	}

	return found[0]
}

// duration returns the sum of values that are times.
func (s section) duration(t *testing.T, expressions ...string) (sum time.Duration) {
	t.Helper()

	for _, expression := range expressions {
		found, err := time.ParseDuration(s.value(t, expression))
		if err != nil {
			t.Fatal(err)
		}

		sum += found
	}

	return sum
}

// number returns a value as a whole number.
func (s section) number(t *testing.T, expression string) int {
	t.Helper()

	found, err := strconv.Atoi(s.value(t, expression))
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// waits returns how long a query waits in the queue, and behind it.
func waits(t *testing.T, sections map[string]section) (inQueue, behind time.Duration) {
	t.Helper()

	return sections["defaults"].duration(t, `timeout queue\s+(\S+)`), sections["backend queue"].duration(t, `timeout server\s+(\S+)`)
}

// TestGatewayAnswersInTime compares the gateway's times with those of the provider and of a signature.
func TestGatewayAnswersInTime(t *testing.T) {
	t.Parallel()

	const signature = 300 * time.Second // As far as is known, the service accepts a Timespan for this long.

	sections := gatewaySections(t)
	inQueue, behind := waits(t, sections)

	if attempt := advisedTimeout / qcc.ExchangesPerTimeout; inQueue+behind >= attempt {
		t.Errorf("the gateway answers after %s, and an attempt of the provider ends after %s", inQueue+behind, attempt)
	}

	if inQueue+behind+qcc.ToleratedSkew >= signature {
		t.Errorf("a query may be under way for %s, and its signature is valid for %s", inQueue+behind, signature)
	}

	atQCC := sections["backend qcc"].duration(t, `http-response wait-for-body time (\S+)`) +
		sections["defaults"].duration(t, `timeout connect\s+(\S+)`, `timeout server\s+(\S+)`)
	if atQCC >= behind {
		t.Errorf("QCC may take %s, and the queue waits for %s", atQCC, behind)
	}
}

// TestGatewayKeepsItsPromises finds statements that would break promises of the guide.
func TestGatewayKeepsItsPromises(t *testing.T) {
	t.Parallel()

	sections := gatewaySections(t)

	for name, statements := range sections {
		for _, statement := range statements {
			if regexp.MustCompile(`(?i)\bcache-(use|store)\b|^(option redispatch|option httplog|.*\bcapture\b|stats socket|retry-on)`).MatchString(statement) {
				t.Errorf("%s has the statement %s", name, statement)
			}

			const window = `expire "${QCC_GATEWAY_SECONDS}s" store gpc0_rate("${QCC_GATEWAY_SECONDS}s")`
			if strings.HasPrefix(statement, "stick-table ") && !strings.HasSuffix(statement, window) {
				t.Errorf("%s may forget refusals too early: %s", name, statement)
			}

			format, found := strings.CutPrefix(statement, "log-format ")
			if found && regexp.MustCompile(`%(\{[^}]*\})?(r|H[A-Z]*|h[rs]l?)\b|%\[[^]]*(req|url|path|query|hdr|key)`).MatchString(format) {
				t.Errorf("%s logs %s", name, format)
			}
		}

		if strings.HasPrefix(name, "cache ") {
			t.Errorf("there is a section %s", name)
		}
	}

	for _, statement := range []string{"retries 0", "http-reuse never", "option httpclose", "option abortonclose"} {
		if !slices.Contains(sections["defaults"], statement) {
			t.Errorf("there is no statement %s", statement)
		}
	}

	for _, code := range []string{"400", "403", "404", "405", "500", "502", "503", "504"} {
		answer := sections["defaults"].value(t, `http-error status `+code+` content-type text/plain string (.*)`)
		if !strings.Contains(answer, " hdr QCC-Gateway refused ") {
			t.Errorf("the answer with HTTP %s is %s", code, answer)
		}
	}

	const limit = `(?:server .* )?maxconn "\$\{QCC_GATEWAY_(\w+)\}".*`
	if sections["backend queue"].value(t, limit) != "CONCURRENT" || sections["frontend outlet"].value(t, limit) != "CONCURRENT" {
		t.Error("the queries at once are not limited")
	}

	places := sections["global"].number(t, `presetenv QCC_GATEWAY_CONCURRENT\s+"(\d+)"`)
	if all, runners := sections["global"].number(t, `maxconn (\d+)`), sections["frontend runners"].number(t, `maxconn (\d+)`); all < runners+2*places {
		t.Errorf("%d connections leave none for the outlet, if the runners take %d", all, runners)
	}
}

// TestGatewayAgreesWithTheClient compares facts about the service in the configuration with those in the client.
func TestGatewayAgreesWithTheClient(t *testing.T) {
	t.Parallel()

	sections := gatewaySections(t)

	var codes []string

	for _, status := range qcc.Statuses() {
		if class := status.Class; class != qcc.ClassRefused && class != qcc.ClassRejected && status.Code != 122 {
			codes = append(codes, strconv.Itoa(status.Code))
		}
	}

	slices.Sort(codes)

	if got := sections["backend qcc"].value(t, `acl served var\(txn.code\) -m int (.*)`); got != strings.Join(codes, " ") {
		t.Errorf("the breaker does not count %s, want %s", got, strings.Join(codes, " "))
	}

	if got := sections["frontend runners"].value(t, `http-request deny status 404 .*if !\{ path (\S+) \} .*`); got != emulator.Path {
		t.Errorf("the gateway lets %s pass", got)
	}

	host := strings.TrimPrefix(qcc.DefaultBaseURL, "https://")
	for _, expression := range []string{
		`http-request set-header Host (\S+)`, `default-server .* verify required .* verifyhost (\S+) .*`,
		`server .* sni str\((\S+)\) .*`, `server .* check-sni (\S+) .*`,
	} {
		if got := sections["backend qcc"].value(t, expression); got != host {
			t.Errorf("%s is %s, want %s", expression, got, host)
		}
	}
}

// TestGatewayIsExplained compares the guide with the settings and the times of the configuration.
func TestGatewayIsExplained(t *testing.T) {
	t.Parallel()

	sections := gatewaySections(t)
	inQueue, behind := waits(t, sections)
	attempt := advisedTimeout / qcc.ExchangesPerTimeout

	// defaults returns the numbers that the guide states.
	defaults := func(format string, settings ...string) string {
		values := make([]any, len(settings))
		for i, setting := range settings {
			values[i] = sections["global"].value(t, `presetenv QCC_GATEWAY_`+setting+`\s+"(.*)"`)
		}

		return fmt.Sprintf(format, values...)
	}

	for guide, times := range map[string]string{
		"docs/guides/many-pipelines.md": "up to %.0f s in the queue|then up to %.0f s for QCC|up to %.0f s|" +
			defaults("at most %s queries at once|%s queries of one key from one address", "CONCURRENT", "REFUSALS") +
			defaults("|%s of one key|%s of one address|%s in all", "REFUSALS_OF_KEY", "REFUSALS_OF_SOURCE", "REFUSALS_OF_ALL"),
		"docs/guides/many-pipelines-zh.md": "在队列中最多等待 %.0f s|出队后最多 %.0f s|可以等待 %.0f s|" +
			defaults("同时最多收到 %s 个查询|同一地址的同一个 key %s 次", "CONCURRENT", "REFUSALS") +
			defaults("|同一个 key %s 次|同一地址 %s 次|合计 %s 次", "REFUSALS_OF_KEY", "REFUSALS_OF_SOURCE", "REFUSALS_OF_ALL"),
	} {
		statements := strings.Split(fmt.Sprintf(times, inQueue.Seconds(), behind.Seconds(), attempt.Seconds()), "|")
		statements = append(statements, fmt.Sprintf(`timeout = "%dm"`, int(advisedTimeout.Minutes())))

		content := testkit.ReadFile(t, guide)
		for _, statement := range statements {
			if !strings.Contains(content, statement) {
				t.Errorf("%s does not say %q", guide, statement)
			}
		}
	}

	file := testkit.ReadFile(t, "examples/gateway/haproxy.cfg")
	if !strings.Contains(strings.Join(strings.Fields(file), " "), `timeout = # "6m"`) {
		t.Error("the configuration does not advise the timeout of the provider")
	}

	for line := range strings.Lines(file) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") && utf8.RuneCountInString(line) > 81 {
			t.Errorf("the comment is wider than 80 columns: %s", line)
		}
	}
}

// TestGatewayFiguresAreTheSame compares the figures of the guides with those of DESIGN.md, which are of one run of make gateway.
func TestGatewayFiguresAreTheSame(t *testing.T) {
	t.Parallel()

	// rows returns the cells of the rows whose first cell begins with a text.
	rows := func(file, first string) (found [][]string) {
		for _, row := range regexp.MustCompile(`(?m)^\| ((?:`+first+`).*) \|$`).FindAllStringSubmatch(testkit.ReadFile(t, file), -1) {
			found = append(found, strings.Split(row[1], " | "))
		}

		return found
	}

	design := rows("DESIGN.md", "direct|gateway")
	if len(design) != 7 {
		t.Fatalf("DESIGN.md has %d rows, want 7", len(design))
	}

	for file, words := range map[string]string{"docs/guides/many-pipelines.md": "direct|gateway", "docs/guides/many-pipelines-zh.md": "直连|经网关"} {
		guide := rows(file, words)
		if len(guide) != 4 {
			t.Fatalf("%s has %d rows, want 4", file, len(guide))
		}

		for i, row := range guide {
			if served, queries := design[i][2], design[i][4]; row[1] != served || row[2] != queries {
				t.Errorf("%s has the figures %q, and DESIGN.md %q", file, row, design[i])
			}
		}
	}
}
