package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// block is a configuration with these lines in its provider block.
func block(lines ...string) string {
	return "provider \"qcc\" {\n" + strings.Join(lines, "\n") + "\n}\n\ndata \"qcc_quota\" \"this\" {}\n"
}

func TestConfigurationThatIsRefused(t *testing.T) {
	t.Parallel()

	const (
		key    = `key = "test_key"`
		secret = `secret_key = "test_secret"`
	)

	for name, test := range map[string]struct {
		env   testkit.Environment
		lines []string
		fails string
	}{
		"nothing is set":              {nil, nil, "The provider requires key to read the quota, and key is not set."},
		"no secret_key":               {nil, []string{key}, "Set the environment variable QCC_SECRET_KEY, or the attribute secret_key in the provider block."},
		"no key":                      {testkit.Environment{"QCC_SECRET_KEY": "test_secret"}, nil, "Set the environment variable QCC_KEY, or the attribute key in the provider block."},
		"empty key":                   {testkit.Environment{"QCC_KEY": "test_key"}, []string{`key = ""`, secret}, "The value of key in the provider block cannot be used. It is empty."},
		"empty secret_key":            {testkit.Environment{"QCC_SECRET_KEY": "test_secret"}, []string{key, `secret_key = ""`}, "The value of secret_key in the provider block cannot be used. It is empty."},
		"key in quotes":               {nil, []string{`key = "'test_key'"`, secret}, "The value of key in the provider block cannot be used. It is enclosed in quotes, which are a part of the value."},
		"base_url with the path":      {nil, []string{key, secret, `base_url = "https://pro.qcc.com/api/company/quota/getQuota/"`}, "It ends with /api/company/quota/getQuota, which the provider adds itself."},
		"empty base_url":              {nil, []string{key, secret, `base_url = ""`}, "The value of base_url in the provider block cannot be used. It is not an absolute URL"},
		"key with a line break":       {nil, []string{`key = "test_key\n"`, secret}, "The value of key in the provider block cannot be used. It begins or ends with white space"},
		"secret_key with a space":     {nil, []string{key, `secret_key = " test_secret"`}, "The value of secret_key in the provider block cannot be used. It begins or ends with white space"},
		"white space in QCC_KEY":      {testkit.Environment{"QCC_KEY": "test_key\n"}, []string{secret}, "The value of key, which comes from the environment variable QCC_KEY, cannot be used. It begins or ends"},
		"key as secret_key":           {nil, []string{key, `secret_key = "test_key"`}, "The value of secret_key in the provider block cannot be used. It is the same as key."},
		"QCC_KEY as secret_key":       {testkit.Environment{"QCC_KEY": "test_secret"}, []string{secret}, "The value of secret_key in the provider block cannot be used. It is the same as key."},
		"http to another host":        {nil, []string{key, secret, `base_url = "http://pro.qcc.com"`}, "It would send the key unencrypted"},
		"bad QCC_BASE_URL":            {testkit.Environment{"QCC_BASE_URL": "pro.qcc.com"}, []string{key, secret}, "base_url, which comes from the environment variable QCC_BASE_URL, cannot be used."},
		"base_url with a user":        {nil, []string{key, secret, `base_url = "https://u:p@pro.qcc.com"`}, "It contains a user name or a password."},
		"base_url with a query":       {nil, []string{key, secret, `base_url = "https://pro.qcc.com?a=b"`}, "It has a query or a fragment."},
		"timeout that is no duration": {nil, []string{key, secret, `timeout = "60"`}, `The value of timeout in the provider block cannot be used. It is not a duration with a unit, such as "30s" or "2m".`},
		"timeout too short":           {nil, []string{key, secret, `timeout = "999ms"`}, "The value of timeout in the provider block cannot be used. It is 999ms, and must be between 1s and 10m."},
		"timeout too long":            {nil, []string{key, secret, `timeout = "11m"`}, "The value of timeout in the provider block cannot be used. It is 11m0s, and must be between 1s and 10m."},
		"too many retries":            {nil, []string{key, secret, `max_retries = 11`}, "The value of max_retries in the provider block cannot be used. It is not a whole number between 0 and 10."},
		"key that is not UTF-8":       {testkit.Environment{"QCC_KEY": "\xff\xfet\x00e\x00s\x00t", "QCC_SECRET_KEY": "test_secret"}, nil, "The value of key, which comes from the environment variable QCC_KEY, cannot be used. It is not UTF-8 text"},
		"secret_key after a mark":     {nil, []string{key, `secret_key = "\ufefftest_secret"`}, "The value of secret_key in the provider block cannot be used. It begins with a byte-order mark"},
		"base_url with the key":       {nil, []string{key, secret, `base_url = "https://test_key.example.com"`}, "The value of base_url in the provider block cannot be used. It contains key or secret_key."},
		"retries beyond 32 bits":      {nil, []string{key, secret, `max_retries = 4294967299`}, "It is not a whole number between 0 and 10."},
		"negative retries":            {nil, []string{key, secret, `max_retries = -1`}, "The value of max_retries in the provider block cannot be used. It is not a whole number between 0 and 10."},
		"language that is none":       {nil, []string{key, secret, `language = "german"`}, `The value of language in the provider block cannot be used. It must be "en" (English) or "zh" (simplified Chinese, 简体中文). provider 块中 language 的值无效。必须是 "en"（英文，English）或 "zh"（简体中文）。`},
		"empty language":              {nil, []string{key, secret, `language = ""`}, "The value of language in the provider block cannot be used."},
		"bad QCC_LANGUAGE":            {testkit.Environment{"QCC_LANGUAGE": "zh-CN"}, []string{key, secret}, "The value of language, which comes from the environment variable QCC_LANGUAGE, cannot be used."},
		"credential as language":      {nil, []string{key, `language = "s3cr3t"`}, "Set the environment variable QCC_SECRET_KEY, or the attribute secret_key in the provider block."},
		"wrong timeout in Chinese":    {nil, []string{key, secret, `language = "zh"`, `timeout = "60"`}, "provider 块中 timeout 的值无效。不是带单位的时长。"},
		"half a retry":                {nil, []string{key, secret, `max_retries = 1.5`}, "The value of max_retries in the provider block cannot be used. It is not a whole number between 0 and 10."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			unitTest(t, test.env, resource.TestStep{Config: block(test.lines...), ExpectError: testkit.Says(test.fails)})
		})
	}
}

// TestReadsReportWhatIsWrongWithTheBlock has invalid provider blocks that terraform validate accepts, because its error would print a line
// of the block.
func TestReadsReportWhatIsWrongWithTheBlock(t *testing.T) {
	t.Parallel()

	f := testkit.NewFolder(t, testkit.Silent(t), map[string]string{"main.tf": rootModule})

	for lines, text := range map[string]string{
		`base_url = "http://pro.qcc.com"`: "It would send the key unencrypted",
		`timeout = "0s"`:                  "must be between 1s and 10m.",
		`timeout = "soon"`:                "not a duration with a unit",
		`max_retries = 11`:                "not a whole number between 0 and 10",
		`max_retries = 0.5`:               "not a whole number",
		`key = " test_key"`:               "It begins or ends with white space",
		`secret_key = ""`:                 "It is empty.",
		"key = \"k\"\nsecret_key = \"k\"": "It is the same as key.",
	} {
		f.Write("provider.tf", "provider \"qcc\" {\n"+lines+"\n}\n")
		f.Succeeds("validate")
		f.Fails(text, "plan")
	}

	// A plan or a refresh without reads needs no credentials.
	f.Write("main.tf", testkit.RequiredProvider)
	f.Succeeds("plan")
}

func TestConfigurationThatIsUsed(t *testing.T) {
	t.Parallel()

	var (
		key    = fmt.Sprintf("key = %q", emulator.DefaultKey)
		secret = fmt.Sprintf("secret_key = %q", emulator.DefaultSecretKey)
	)

	for name, test := range map[string]struct {
		env   testkit.Environment
		lines []string
	}{
		"from the block":                {testkit.Environment{}, []string{key, secret}},
		"from the environment":          {testkit.Environment{"QCC_KEY": emulator.DefaultKey, "QCC_SECRET_KEY": emulator.DefaultSecretKey}, nil},
		"block wins":                    {testkit.Environment{"QCC_KEY": "other", "QCC_SECRET_KEY": "another"}, []string{key, secret}},
		"from both":                     {testkit.Environment{"QCC_SECRET_KEY": emulator.DefaultSecretKey}, []string{key}},
		"null falls back":               {testkit.Environment{"QCC_KEY": emulator.DefaultKey}, []string{"key = null", secret, "timeout = null", "max_retries = null"}},
		"block wins over a bad QCC_KEY": {testkit.Environment{"QCC_KEY": " "}, []string{key, secret}},
		"a language":                    {testkit.Environment{"QCC_LANGUAGE": "german"}, []string{key, secret, `language = "zh"`}},
		"language that is null":         {testkit.Environment{"QCC_LANGUAGE": "zh"}, []string{key, secret, "language = null"}},
		"bounds":                        {testkit.Environment{}, []string{key, secret, `timeout = "10m"`, "max_retries = 10"}},
		"other bounds":                  {testkit.Environment{}, []string{key, secret, `timeout = "1000ms"`, "max_retries = 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			test.env["QCC_BASE_URL"] = testkit.Serve(t, service)

			unitTest(t, test.env, resource.TestStep{Config: block(test.lines...)})

			if service.Requests() == 0 {
				t.Error("no query came in")
			}
		})
	}
}

func TestBaseURLOfTheBlockWinsAndKeepsItsPath(t *testing.T) {
	t.Parallel()

	service := emulator.New()
	env := testkit.Credentials(testkit.Silent(t))

	unitTest(t, env, resource.TestStep{
		Config: block(fmt.Sprintf("base_url = %q", testkit.Serve(t, http.StripPrefix("/gateway", service))+"/gateway/")),
	})

	if service.Requests() == 0 {
		t.Error("no query came in")
	}
}

func TestUserAgentNamesProviderAndTerraform(t *testing.T) {
	t.Parallel()

	var agent atomic.Pointer[string]

	service := emulator.New()
	url := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent.Store(new(r.UserAgent()))
		service.ServeHTTP(w, r)
	}))

	unitTest(t, testkit.Credentials(url), resource.TestStep{Config: readOnce})

	if got := agent.Load(); got == nil || !strings.HasPrefix(*got, "terraform-provider-qcc/test Terraform/1.") {
		t.Errorf("User-Agent is %v", got)
	}
}

// unknownIn is a configuration in which a value of the provider block is known only after apply.
func unknownIn(attribute, value string) string {
	return fmt.Sprintf(`
		resource "terraform_data" "later" {
		  input = %[2]q
		}

		provider "qcc" {
		  %[1]s = terraform_data.later.output
		}
	`, attribute, value)
}

func TestUnknownConfigurationIsNamedAndNeverReplaced(t *testing.T) {
	t.Parallel()

	for attribute, value := range map[string]string{
		"key": "other_key", "secret_key": "other_secret", "base_url": "http://127.0.0.1:1", "timeout": "5s", "max_retries": "1",
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()

			unitTest(t, testkit.Credentials(testkit.Silent(t)), resource.TestStep{
				Config:      unknownIn(attribute, value) + `data "qcc_quota" "this" {}`,
				ExpectError: testkit.Says("Terraform does not know before apply: " + attribute + "."),
			})
		})
	}
}

func TestUnknownConfigurationIsUsedOnceKnown(t *testing.T) {
	t.Parallel()

	// Terraform defers a read that depends on the same resource until apply. The value is known then.
	unitTest(t, testkit.Credentials(testkit.Serve(t, emulator.New())), resource.TestStep{
		Config: unknownIn("secret_key", emulator.DefaultSecretKey) + `
			data "qcc_quota" "this" {
			  depends_on = [terraform_data.later]
			}
		`,
		Check: resource.TestCheckResourceAttr("data.qcc_quota.this", "modules.%", "3"),
	})
}

func TestUnknownConfigurationIsJudgedOnceKnown(t *testing.T) {
	t.Parallel()

	for attribute, fails := range map[string]string{
		"max_retries": "It is not a whole number between 0 and 10.",
		"timeout":     "It is not a duration with a unit",
		"base_url":    "The value of base_url in the provider block cannot be used.",
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()

			unitTest(t, testkit.Credentials(testkit.Silent(t)), resource.TestStep{
				Config: unknownIn(attribute, "99") + `
					data "qcc_quota" "this" {
					  depends_on = [terraform_data.later]
					}
				`,
				ExpectError: testkit.Says(fails),
			})
		})
	}
}

// TestUnknownConfigurationDefersWhereTerraformAllowsIt calls the provider protocol directly, because Terraform allows deferral in
// experiments only.
func TestUnknownConfigurationDefersWhereTerraformAllowsIt(t *testing.T) {
	t.Parallel()

	for _, allowed := range []bool{true, false} {
		t.Run(fmt.Sprintf("allowed: %t", allowed), func(t *testing.T) {
			t.Parallel()

			server, err := providerserver.NewProtocol6WithError(provider.New("test", testkit.Credentials(testkit.Silent(t)).Getenv)())()
			if err != nil {
				t.Fatal(err)
			}

			config := map[string]tftypes.Value{
				"key":         tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
				"secret_key":  tftypes.NewValue(tftypes.String, nil),
				"base_url":    tftypes.NewValue(tftypes.String, nil),
				"timeout":     tftypes.NewValue(tftypes.String, nil),
				"max_retries": tftypes.NewValue(tftypes.Number, nil),
				"language":    tftypes.NewValue(tftypes.String, nil),
			}

			configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
				Config:             dynamic(t, config),
				ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: allowed},
			})
			if err != nil || len(configured.Diagnostics) != 0 {
				t.Fatalf("ConfigureProvider: %v, %v", configured, err)
			}

			read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
				TypeName: "qcc_quota",
				Config: dynamic(t, map[string]tftypes.Value{"modules": tftypes.NewValue(tftypes.Map{ElementType: tftypes.Object{
					AttributeTypes: map[string]tftypes.Type{
						"name": tftypes.String, "total": tftypes.Number, "consumed": tftypes.Number, "deletable": tftypes.Number, "remaining": tftypes.Number,
					},
				}}, nil)}),
				ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: allowed},
			})
			if err != nil {
				t.Fatal(err)
			}

			if allowed && (read.Deferred == nil || read.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown || len(read.Diagnostics) != 0) {
				t.Errorf("the read gave %+v with %v, want it deferred because of the provider's configuration", read.Deferred, read.Diagnostics)
			}

			if !allowed && (read.Deferred != nil || len(read.Diagnostics) != 1 || read.Diagnostics[0].Summary != "Unknown QCC provider configuration") {
				t.Errorf("the read gave %+v with %v, want an error", read.Deferred, read.Diagnostics)
			}
		})
	}
}

func dynamic(tb testing.TB, attributes map[string]tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()

	attributeTypes := make(map[string]tftypes.Type, len(attributes))
	for name, value := range attributes {
		attributeTypes[name] = value.Type()
	}

	objectType := tftypes.Object{AttributeTypes: attributeTypes}

	value, err := tfprotov6.NewDynamicValue(objectType, tftypes.NewValue(objectType, attributes))
	if err != nil {
		tb.Fatal(err)
	}

	return &value
}
