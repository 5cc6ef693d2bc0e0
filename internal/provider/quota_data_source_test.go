package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// sampleModules are the modules of the emulator, as read returns them.
const sampleModules = "{bene_id={consumed=2 deletable=30 name=股权穿透 remaining=98 total=100} " +
	"natural_person_id={consumed=0 deletable=15 name=自然人核验 remaining=50 total=50} " +
	"radar_id={consumed=2 deletable=50 name=风险监控-企业 remaining=48 total=50}}"

// quotaCase returns a test that reads the quota as a data source and as an ephemeral resource, and plans again.
func quotaCase(getenv func(string) string, modules knownvalue.Check) resource.TestCase {
	return resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"qcc": providerserver.NewProtocol6WithError(provider.New("test", getenv)()), "echo": echoprovider.NewProviderServer(),
		},
		Steps: []resource.TestStep{{
			Config: `
data "qcc_quota" "this" {}

ephemeral "qcc_quota" "now" {}

provider "echo" {
  data = ephemeral.qcc_quota.now.modules
}

resource "echo" "now" {}
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.qcc_quota.this", tfjsonpath.New("modules"), modules),
				statecheck.ExpectKnownValue("echo.now", tfjsonpath.New("data"), modules),
			},
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		}},
	}
}

func TestQuotaIsReadAndStaysWhatItIs(t *testing.T) {
	t.Parallel()

	resource.UnitTest(t, quotaCase(testkit.Credentials(testkit.Serve(t, emulator.New())).Getenv, knownvalue.MapPartial(map[string]knownvalue.Check{
		"radar_id": knownvalue.ObjectExact(map[string]knownvalue.Check{
			"name": knownvalue.StringExact("风险监控-企业"), "total": knownvalue.Int64Exact(50), "consumed": knownvalue.Int64Exact(2),
			"remaining": knownvalue.Int64Exact(48), "deletable": knownvalue.Int64Exact(50),
		}),
	})))
}

// TestAnswers has what the data source and the ephemeral resource return for an answer, which is the same.
func TestAnswers(t *testing.T) {
	t.Parallel()

	const elsewhere = "http://127.0.0.1:1" + emulator.Path + "?key=" + emulator.DefaultKey // Nobody listens there.

	answer := func(result string) emulator.Behavior {
		return emulator.Behavior{Body: `{"status":"200","result":` + result + `}`}
	}

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		returns  string
	}{
		"counts in quotes": {
			answer(`[{"id":"radar_id","totalCount":"50","consumedCount":"2","canDeletedCount":"9"}]`),
			"{radar_id={consumed=2 deletable=9 name=风险监控-企业 remaining=48 total=50}}",
		},
		"counts that are not stated": {
			answer(`[{"id":"bene_id","totalCount":null,"consumedCount":2}]`),
			"{bene_id={consumed=2 deletable=null name=股权穿透 remaining=null total=null}}",
		},
		"more used than bought, which is no error": {
			answer(`[{"id":"new_id","totalCount":1,"consumedCount":5,"canDeletedCount":5},{"id":"bene_id"}]`),
			"{bene_id={consumed=null deletable=null name=股权穿透 remaining=null total=null} new_id={consumed=5 deletable=5 name=new_id remaining=-4 total=1}}",
		},
		"counts that are none": {
			answer(`[{"id":"new_id","totalCount":"不限","consumedCount":-1},{"id":"bene_id","totalCount":5,"consumedCount":2,"canDeletedCount":1.5}]`),
			`Warning: Unusable count from QCC QCC stated a count that is not a whole number from 0 to 9223372036854775807. ` +
				`The provider treats it as not stated. bene_id (股权穿透), canDeletedCount: 1.5 new_id, totalCount: "不限" new_id, consumedCount: -1 ` +
				`Such a count is null. If remaining needs it, remaining is null too, and gates that require the module are refused. ` +
				`Other modules are not affected. Ask QCC for the count: 400-928-2212, working days 08:00-17:30 (UTC+8). ` +
				`{bene_id={consumed=2 deletable=null name=股权穿透 remaining=3 total=5} new_id={consumed=null deletable=null name=new_id remaining=null total=null}}`,
		},
		"sample":         {emulator.Behavior{}, sampleModules},
		"numeric status": {emulator.Behavior{Body: `{"status":200,"result":[]}`}, "{}"},
		"no modules":     {emulator.Behavior{Body: `{"status":"200","msg":"查询成功","result":[]}`}, "{}"},

		"no quota record":                 {emulator.Behavior{Code: 201}, "Warning: No quota record at QCC"},
		"a module twice":                  {answer(`[{"id":"bene_id"},{"id":"bene_id"}]`), `The answer has a module twice: module "bene_id"`},
		"an id that is no plain text":     {answer(`[{"id":"e\u0301"}]`), "A module id is printable text without spaces"},
		"an id that is the key":           {answer(`[{"id":"` + emulator.DefaultKey + `"}]`), "a module id that contains a credential or a signature"},
		"no result":                       {emulator.Behavior{Body: `{"status":"200"}`}, "The answer has no result, although its status code requires one"},
		"a page":                          {emulator.Behavior{Body: "<html>405</html>", ContentType: "text/html"}, "and the answer cannot be used. The answer is not JSON Content type: text/html Length: 16 bytes"},
		"a page, HTTP 405":                {emulator.Behavior{HTTPStatus: 405, Body: "<html>405</html>", ContentType: "text/html"}, "HTTP 405 Method Not Allowed. Content type: text/html Length: 16 bytes"},
		"half a body":                     {emulator.Behavior{Drop: emulator.DropHalf}, "the connection was closed or reset before the answer was complete, or the other side does not speak HTTP"},
		"no body":                         {emulator.Behavior{Drop: emulator.DropAnswer}, "the connection was closed or reset before the answer was complete, or the other side does not speak HTTP"},
		"over 1 MiB":                      {emulator.Behavior{Size: 1<<20 + 1}, "The answer is longer than 1 MiB"},
		"not found":                       {emulator.Behavior{HTTPStatus: 404}, "HTTP 404 Not Found"},
		"busy":                            {emulator.Behavior{HTTPStatus: 503, RetryAfter: "7"}, "UTC (Retry-After). Run Terraform again after that time. Number of attempts: 1."},
		"busy for long":                   {emulator.Behavior{HTTPStatus: 503, RetryAfter: "3600"}, "The service asked to wait until"},
		"too many":                        {emulator.Behavior{HTTPStatus: 429}, "Find out which pipelines send so many, and try again later."},
		"no words":                        {emulator.Behavior{Body: `{"status":"107"}`}, "status code 107, without a message. Interface document: 被禁止的 IP 或者签名错误"},
		"moved for good, not followed":    {emulator.Behavior{Redirect: elsewhere, HTTPStatus: http.StatusMovedPermanently}, "Redirects to: 127.0.0.1:1"},
		"moved, not followed":             {emulator.Behavior{Redirect: elsewhere, HTTPStatus: http.StatusFound}, "Redirects to: 127.0.0.1:1"},
		"moved for a while, not followed": {emulator.Behavior{Redirect: elsewhere, HTTPStatus: http.StatusTemporaryRedirect}, "Redirects to: 127.0.0.1:1"},
		"unknown code":                    {emulator.Behavior{Body: `{"status":"777"}`}, "status code 777, without a message."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			session := configured(t, testkit.Credentials(testkit.Serve(t, emulator.New(emulator.WithBehavior(test.behavior)))), attributes{"max_retries": 0})

			for surface, got := range map[string]string{"data source": session.read(), "ephemeral resource": session.open()} {
				if got != test.returns && (!strings.Contains(got, ": ") || !testkit.Says(test.returns).MatchString(got)) {
					t.Errorf("the %s returns\n%s\nwant %q", surface, got, test.returns)
				}
			}
		})
	}
}

// readOf reads the quota once, without retries, from a service with a behavior.
func readOf(t *testing.T, service *emulator.Emulator) string {
	t.Helper()

	return configured(t, testkit.Credentials(testkit.Serve(t, service)), attributes{"max_retries": 0}).read()
}

func TestEveryCodeIsReported(t *testing.T) {
	t.Parallel()

	for code, text := range emulator.Codes() {
		if code == 200 || code == 201 { // These codes are not errors. Other tests cover them.
			continue
		}

		service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: code}))
		said := readOf(t, service)

		if want := "Error: " + message.Status(qcc.Lookup(code)).Title.English; title(said) != want {
			t.Errorf("the title is %q, want %q", title(said), want)
		}

		want := fmt.Sprintf("QCC answered the quota query with status code %d.\n\n  QCC's message: %s\n", code, text)
		if !strings.Contains(said, want) || service.Requests() != 1 {
			t.Errorf("after %d queries, the read reports\n%s\nwant %q after one", service.Requests(), said, want)
		}
	}
}

// usersOwn holds the developer's own credentials, which TestMain removes from the environment.
var usersOwn = testkit.OwnEnvironment()

// TestAccQuota reads the quota of a real account, which consumes no quota. It runs only with TF_ACC; see make testacc.
func TestAccQuota(t *testing.T) {
	t.Parallel()

	account := quotaCase(usersOwn.Getenv, knownvalue.NotNull())
	account.PreCheck = func() {
		if usersOwn["QCC_KEY"] == "" || usersOwn["QCC_SECRET_KEY"] == "" {
			t.Fatal("QCC_KEY and QCC_SECRET_KEY must hold the credentials of a real account.")
		}
	}

	resource.Test(t, account) // It skips the test without TF_ACC.
}
