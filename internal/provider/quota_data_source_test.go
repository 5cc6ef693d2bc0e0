package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// module is what a test expects of an element of modules. A nil count is expected to be null.
func module(name string, total, consumed, deletable, remaining any) knownvalue.Check {
	count := func(n any) knownvalue.Check {
		if n, ok := n.(int); ok {
			return knownvalue.Int64Exact(int64(n))
		}

		return knownvalue.Null()
	}

	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"name": knownvalue.StringExact(name), "total": count(total), "consumed": count(consumed),
		"deletable": count(deletable), "remaining": count(remaining),
	})
}

func hasModules(modules map[string]knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue("data.qcc_quota.this", tfjsonpath.New("modules"), knownvalue.MapExact(modules)),
	}
}

func TestQuotaIsReadAndStaysWhatItIs(t *testing.T) {
	t.Parallel()

	service := emulator.New()

	unitTest(t, nil, resource.TestStep{
		Config: fmt.Sprintf(`
			provider "qcc" {
			  key        = %q
			  secret_key = %q
			  base_url   = %q
			}
			data "qcc_quota" "this" {}
		`, emulator.DefaultKey, emulator.DefaultSecretKey, testkit.Serve(t, service)),
		ConfigStateChecks: hasModules(map[string]knownvalue.Check{
			"radar_id":          module("风险监控-企业", 50, 2, 50, 48),
			"bene_id":           module("股权穿透", 100, 2, 30, 98),
			"natural_person_id": module("自然人核验", 50, 0, 15, 50),
		}),
		ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	})

	if service.Requests() == 0 {
		t.Error("no query came in")
	}
}

// manyModules returns the JSON of the given number of modules.
func manyModules(count int) []string {
	modules := make([]string, 0, count)
	for i := range count {
		modules = append(modules, fmt.Sprintf(`{"id":"module_%d"}`, i))
	}

	return modules
}

func TestAnswersThroughTerraform(t *testing.T) {
	t.Parallel()

	answer := func(result string) string { return `{"status":"200","msg":"查询成功","result":` + result + `}` }

	for name, test := range map[string]struct {
		behavior emulator.Behavior
		modules  map[string]knownvalue.Check
		fails    string
	}{
		"counts in quotes": {
			emulator.Behavior{Body: answer(`[{"id":"radar_id","totalCount":"50","consumedCount":"2","canDeletedCount":"9"}]`)},
			map[string]knownvalue.Check{"radar_id": module("风险监控-企业", 50, 2, 9, 48)},
			"",
		},
		"counts with a fraction of nothing": {
			emulator.Behavior{Body: answer(`[{"id":"bene_id","totalCount":50.0,"consumedCount":2.0,"canDeletedCount":0.0}]`)},
			map[string]knownvalue.Check{"bene_id": module("股权穿透", 50, 2, 0, 48)},
			"",
		},
		"counts that are not stated": {
			emulator.Behavior{Body: answer(`[{"id":"bene_id","totalCount":null,"consumedCount":2}]`)},
			map[string]knownvalue.Check{"bene_id": module("股权穿透", nil, 2, nil, nil)},
			"",
		},
		"more used than bought": {
			emulator.Behavior{Body: answer(`[{"id":"bene_id","totalCount":1,"consumedCount":5,"canDeletedCount":5}]`)},
			map[string]knownvalue.Check{"bene_id": module("股权穿透", 1, 5, 5, -4)},
			"",
		},
		"the document's table": {
			emulator.Behavior{Body: `{"Status":"200","Message":"查询成功","Result":[{"Id":"bene_id","totalCount":5,"consumedCount":1}]}`},
			map[string]knownvalue.Check{"bene_id": module("股权穿透", 5, 1, nil, 4)},
			"",
		},
		"one object": {
			emulator.Behavior{Body: answer(`{"id":"new_id","totalCount":5,"consumedCount":1}`)},
			map[string]knownvalue.Check{"new_id": module("new_id", 5, 1, nil, 4)},
			"",
		},
		"numeric status":              {emulator.Behavior{Body: `{"status":200,"result":[]}`}, map[string]knownvalue.Check{}, ""},
		"no modules":                  {emulator.Behavior{Body: answer(`[]`)}, map[string]knownvalue.Check{}, ""},
		"no quota record":             {emulator.Behavior{Code: 201}, map[string]knownvalue.Check{}, ""},
		"half a count":                {emulator.Behavior{Body: answer(`[{"id":"bene_id","totalCount":50.5}]`)}, nil, `The answer has a count that is not a whole number: module "bene_id", totalCount: 50.5`},
		"2^63":                        {emulator.Behavior{Body: answer(`[{"id":"bene_id","consumedCount":9223372036854775808}]`)}, nil, `The answer has a count that 64 bits cannot hold: module "bene_id", consumedCount: 9223372036854775808`},
		"a module twice":              {emulator.Behavior{Body: answer(`[{"id":"bene_id"},{"id":"bene_id"}]`)}, nil, `The answer has a module twice: module "bene_id"`},
		"negative count":              {emulator.Behavior{Body: answer(`[{"id":"bene_id","totalCount":5,"consumedCount":-100}]`)}, nil, `The answer has a negative count: module "bene_id", consumedCount: -100`},
		"an id that is no plain text": {emulator.Behavior{Body: answer(`[{"id":"e\u0301"}]`)}, nil, "A module id is printable text without spaces"},
		"an id that is the key":       {emulator.Behavior{Body: answer(`[{"id":"` + emulator.DefaultKey + `"}]`)}, nil, "a module id that contains a credential or a signature"},
		"1,001 modules":               {emulator.Behavior{Body: answer(`[` + strings.Join(manyModules(1001), ",") + `]`)}, nil, "The answer has more than 1,000 modules"},
		"no result":                   {emulator.Behavior{Body: `{"status":"200"}`}, nil, "The answer has no result, although its status code requires one"},
		"a page":                      {emulator.Behavior{Body: "<html>405</html>", ContentType: "text/html"}, nil, "and the answer cannot be used. The answer is not JSON Content type: text/html Length: 16 bytes"},
		"a page, HTTP 405":            {emulator.Behavior{HTTPStatus: 405, Body: "<html>405</html>", ContentType: "text/html"}, nil, "HTTP 405 Method Not Allowed. Content type: text/html Length: 16 bytes"},
		"half a body":                 {emulator.Behavior{Drop: emulator.DropHalf}, nil, "the connection was closed or reset before the answer was complete, or the other side does not speak HTTP"},
		"no body":                     {emulator.Behavior{Drop: emulator.DropAnswer}, nil, "the connection was closed or reset before the answer was complete, or the other side does not speak HTTP"},
		"over 1 MiB":                  {emulator.Behavior{Size: 1<<20 + 1}, nil, "The answer is longer than 1 MiB"},
		"not found":                   {emulator.Behavior{HTTPStatus: 404}, nil, "HTTP 404 Not Found"},
		"busy":                        {emulator.Behavior{HTTPStatus: 503, RetryAfter: "7"}, nil, "UTC (Retry-After). Run Terraform again after that time. Number of attempts: 1."},
		"busy for long":               {emulator.Behavior{HTTPStatus: 503, RetryAfter: "3600"}, nil, "The service asked to wait until"},
		"too many":                    {emulator.Behavior{HTTPStatus: 429}, nil, "Find out which pipelines send so many, and try again later."},
		"no words":                    {emulator.Behavior{Body: `{"status":"107"}`}, nil, "status code 107, without a message. Interface document: 被禁止的 IP 或者签名错误"},
		"unknown code":                {emulator.Behavior{Body: `{"status":"777"}`}, nil, "status code 777, without a message."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			step := resource.TestStep{Config: readOnce}
			if test.fails != "" {
				step.ExpectError = testkit.Says(test.fails)
			} else {
				step.ConfigStateChecks = hasModules(test.modules)
			}

			unitTest(t, testkit.Credentials(testkit.Serve(t, emulator.New(emulator.WithBehavior(test.behavior)))), step)
		})
	}
}

func TestEveryCodeThroughTerraform(t *testing.T) {
	t.Parallel()

	for code, text := range emulator.Codes() {
		if code == 200 || code == 201 { // These codes are not errors. Other tests cover them.
			continue
		}

		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()

			service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: code}))

			unitTest(t, testkit.Credentials(testkit.Serve(t, service)), resource.TestStep{
				Config: readOnce,
				ExpectError: regexp.MustCompile(testkit.Says("Error: "+message.Status(qcc.Lookup(code)).Title.English).String() + `[\s\S]+` +
					testkit.Says(fmt.Sprintf("QCC answered the quota query with status code %d. QCC's message: %s", code, text)).String()),
			})

			if service.Requests() != 1 {
				t.Errorf("%d queries came in, want 1", service.Requests())
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()

	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()

			elsewhere := emulator.New()
			service := emulator.New(emulator.WithBehavior(emulator.Behavior{
				Redirect: testkit.Serve(t, elsewhere) + emulator.Path + "?key=" + emulator.DefaultKey, HTTPStatus: status,
			}))

			unitTest(t, testkit.Credentials(testkit.Serve(t, service)), resource.TestStep{Config: readOnce, ExpectError: testkit.Says("Redirects to: 127.0.0.1:")})

			if elsewhere.Requests() != 0 {
				t.Errorf("the other server received %d queries", elsewhere.Requests())
			}
		})
	}
}

func TestWrongCredentialsThroughTerraform(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		key, secretKey, fails string
	}{
		"wrong key":              {"wrong", emulator.DefaultSecretKey, "status code 101"},
		"wrong secret":           {emulator.DefaultKey, "wrong", "Check that secret_key (QCC_SECRET_KEY) belongs to key (QCC_KEY) and is not mistyped."},
		"key and secret swapped": {emulator.DefaultSecretKey, emulator.DefaultKey, "not swapped with secret_key (QCC_SECRET_KEY)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			env := testkit.Credentials(testkit.Serve(t, emulator.New()))
			env["QCC_KEY"], env["QCC_SECRET_KEY"] = test.key, test.secretKey

			unitTest(t, env, resource.TestStep{Config: readOnce, ExpectError: testkit.Says(test.fails)})
		})
	}
}

func TestLowQuotaIsNoError(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithModules(emulator.Module{ID: "radar_id", Total: 5, Consumed: 9}))

	unitTest(t, testkit.Credentials(testkit.Serve(t, service)), resource.TestStep{
		Config:            readOnce,
		ConfigStateChecks: hasModules(map[string]knownvalue.Check{"radar_id": module("风险监控-企业", 5, 9, 0, -4)}),
	})
}

func TestBusyServiceIsAskedAgain(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Code: 199, Next: 1}))

	unitTest(t, testkit.Credentials(testkit.Serve(t, service)), resource.TestStep{
		Config:            `data "qcc_quota" "this" {}`,
		ConfigStateChecks: hasModules(map[string]knownvalue.Check{"radar_id": module("风险监控-企业", 50, 2, 50, 48), "bene_id": module("股权穿透", 100, 2, 30, 98), "natural_person_id": module("自然人核验", 50, 0, 15, 50)}),
	})
}

// usersOwn holds the developer's own credentials, which TestMain removes from the environment.
var usersOwn = testkit.OwnEnvironment()

// TestAccQuota reads the quota of a real account, which consumes no quota. It runs only with TF_ACC; see make testacc.
func TestAccQuota(t *testing.T) {
	t.Parallel()

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(usersOwn),
		PreCheck: func() {
			if usersOwn["QCC_KEY"] == "" || usersOwn["QCC_SECRET_KEY"] == "" {
				t.Fatal("QCC_KEY and QCC_SECRET_KEY must hold the credentials of a real account.")
			}
		},
		Steps: []resource.TestStep{{
			Config: readOnce,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.qcc_quota.this", tfjsonpath.New("modules"), knownvalue.NotNull()),
			},
		}},
	})
}
