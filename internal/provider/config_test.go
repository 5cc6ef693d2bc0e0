package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// credentialsAnd returns a provider block with both credentials and a value, which may replace one of them.
func credentialsAnd(name string, value any) attributes {
	block := attributes{"key": "test_key", "secret_key": "test_secret"}
	block[name] = value

	return block
}

// TestConfiguration has what a read returns. Validation and Configure accept every provider block, because Terraform would print a line of
// the block beside their errors.
func TestConfiguration(t *testing.T) {
	t.Parallel()

	credentials := attributes{"key": "test_key", "secret_key": "test_secret"}
	url := testkit.Serve(t, emulator.New(emulator.WithCredentials("test_key", "test_secret")))

	for name, test := range map[string]struct {
		env   testkit.Environment
		block attributes
		want  string
	}{
		"block wins over a bad QCC_KEY": {testkit.Environment{"QCC_KEY": " "}, credentials, sampleModules},
		"block wins over QCC_LANGUAGE":  {testkit.Environment{"QCC_LANGUAGE": "german"}, credentialsAnd("language", "zh"), sampleModules},
		"language that is unknown":      {nil, credentialsAnd("language", unknown), sampleModules},
		"key that is unknown":           {nil, credentialsAnd("key", unknown), "The provider does not use QCC_KEY instead of an unknown value"},
		"longest timeout":               {nil, credentialsAnd("timeout", "10m"), sampleModules},
		"shortest timeout":              {nil, credentialsAnd("timeout", "1000ms"), sampleModules},
		"most retries":                  {nil, credentialsAnd("max_retries", 10), sampleModules},
		"fewest retries":                {nil, credentialsAnd("max_retries", 0), sampleModules},

		"wrong key":               {nil, credentialsAnd("key", "wrong"), "status code 101"},
		"wrong secret_key":        {nil, credentialsAnd("secret_key", "wrong"), "Check that secret_key (QCC_SECRET_KEY) belongs to key (QCC_KEY) and is not mistyped."},
		"credentials are swapped": {nil, attributes{"key": "test_secret", "secret_key": "test_key"}, "must not be swapped with secret_key (QCC_SECRET_KEY)"},

		"nothing is set":              {nil, nil, "The provider requires key to read the quota, and key is not set."},
		"no secret_key":               {nil, attributes{"key": "test_key"}, "Set the environment variable QCC_SECRET_KEY, or the attribute secret_key in the provider block."},
		"no key":                      {testkit.Environment{"QCC_SECRET_KEY": "test_secret"}, nil, "Set the environment variable QCC_KEY, or the attribute key in the provider block."},
		"empty key":                   {testkit.Environment{"QCC_KEY": "test_key"}, credentialsAnd("key", ""), "The value of key in the provider block cannot be used. It is empty."},
		"empty secret_key":            {testkit.Environment{"QCC_SECRET_KEY": "test_secret"}, credentialsAnd("secret_key", ""), "The value of secret_key in the provider block cannot be used. It is empty."},
		"key in quotes":               {nil, credentialsAnd("key", "'test_key'"), "The value of key in the provider block cannot be used. It is enclosed in quotes, which are a part of the value."},
		"base_url with the path":      {nil, credentialsAnd("base_url", "https://pro.qcc.com/api/company/quota/getQuota/"), "It ends with /api/company/quota/getQuota, which the provider adds itself."},
		"empty base_url":              {nil, credentialsAnd("base_url", ""), "The value of base_url in the provider block cannot be used. It is not an absolute URL"},
		"default base_url":            {testkit.Environment{"QCC_BASE_URL": ""}, credentialsAnd("timeout", unknown), "Terraform does not know before apply: timeout. Such a value comes from something that is still to be created or changed. Take the value"},
		"key with a line break":       {nil, credentialsAnd("key", "test_key\n"), "The value of key in the provider block cannot be used. It begins or ends with white space"},
		"secret_key with a space":     {nil, credentialsAnd("secret_key", " test_secret"), "The value of secret_key in the provider block cannot be used. It begins or ends with white space"},
		"white space in QCC_KEY":      {testkit.Environment{"QCC_KEY": "test_key\n"}, attributes{"secret_key": "test_secret"}, "The value of key, which comes from the environment variable QCC_KEY, cannot be used. It begins or ends"},
		"key as secret_key":           {nil, credentialsAnd("secret_key", "test_key"), "The value of secret_key in the provider block cannot be used. It is the same as key."},
		"QCC_KEY as secret_key":       {testkit.Environment{"QCC_KEY": "test_secret"}, attributes{"secret_key": "test_secret"}, "The value of secret_key in the provider block cannot be used. It is the same as key."},
		"http to another host":        {nil, credentialsAnd("base_url", "http://pro.qcc.com"), "It would send the key unencrypted"},
		"bad QCC_BASE_URL":            {testkit.Environment{"QCC_BASE_URL": "pro.qcc.com"}, credentials, "base_url, which comes from the environment variable QCC_BASE_URL, cannot be used."},
		"base_url with a user":        {nil, credentialsAnd("base_url", "https://u:p@pro.qcc.com"), "It contains a user name or a password."},
		"base_url with a query":       {nil, credentialsAnd("base_url", "https://pro.qcc.com?a=b"), "It has a query or a fragment."},
		"timeout that is no duration": {nil, credentialsAnd("timeout", "60"), `The value of timeout in the provider block cannot be used. It is not a duration with a unit, such as "30s" or "2m".`},
		"timeout too short":           {nil, credentialsAnd("timeout", "999ms"), "The value of timeout in the provider block cannot be used. It is 999ms, and must be between 1s and 10m."},
		"timeout too long":            {nil, credentialsAnd("timeout", "11m"), "The value of timeout in the provider block cannot be used. It is 11m0s, and must be between 1s and 10m."},
		"too many retries":            {nil, credentialsAnd("max_retries", 11), "The value of max_retries in the provider block cannot be used. It is not a whole number between 0 and 10."},
		"key that is not UTF-8":       {testkit.Environment{"QCC_KEY": "\xff\xfet\x00e\x00s\x00t", "QCC_SECRET_KEY": "test_secret"}, nil, "The value of key, which comes from the environment variable QCC_KEY, cannot be used. It is not UTF-8 text"},
		"secret_key after a mark":     {nil, credentialsAnd("secret_key", "\ufefftest_secret"), "The value of secret_key in the provider block cannot be used. It begins with a byte-order mark"},
		"base_url with the key":       {nil, credentialsAnd("base_url", "https://test_key.example.com"), "The value of base_url in the provider block cannot be used. It contains key or secret_key."},
		"retries beyond 32 bits":      {nil, credentialsAnd("max_retries", 4294967299), "It is not a whole number between 0 and 10."},
		"negative retries":            {nil, credentialsAnd("max_retries", -1), "The value of max_retries in the provider block cannot be used. It is not a whole number between 0 and 10."},
		"language that is none":       {nil, credentialsAnd("language", "german"), `The value of language in the provider block cannot be used. It must be "en" (English) or "zh" (simplified Chinese, 简体中文). provider 块中 language 的值无效。必须是 "en"（英文，English）或 "zh"（简体中文）。`},
		"empty language":              {nil, credentialsAnd("language", ""), "The value of language in the provider block cannot be used."},
		"bad QCC_LANGUAGE":            {testkit.Environment{"QCC_LANGUAGE": "zh-CN"}, credentials, "The value of language, which comes from the environment variable QCC_LANGUAGE, cannot be used."},
		"credential as language":      {nil, attributes{"key": "test_key", "language": "s3cr3t"}, "Set the environment variable QCC_SECRET_KEY, or the attribute secret_key in the provider block."},
		"wrong timeout in Chinese":    {nil, attributes{"language": "zh", "timeout": "60", "key": "test_key", "secret_key": "test_secret"}, "provider 块中 timeout 的值无效。不是带单位的时长。"},
		"empty database":              {nil, credentialsAnd("reservation_database", ""), "The value of reservation_database in the provider block cannot be used. It is not a URL such as"},
		"database without a scheme":   {testkit.Environment{"QCC_RESERVATION_DATABASE": "db.example.com/qcc"}, credentials, "The value of reservation_database, which comes from the environment variable QCC_RESERVATION_DATABASE, cannot be used. It must begin with postgres:// or postgresql://."},
		"database with a parameter":   {nil, credentialsAnd("reservation_database", "postgres://u@db.example.com/qcc?hostaddr=192.0.2.1"), "It has a query parameter that is not supported. The parameter is hostaddr. Supported are: application_name, connect_timeout,"},
		"database without TLS":        {nil, credentialsAnd("reservation_database", "postgres://u@db.example.com/qcc?sslmode=require"), "sslmode must be verify-full, or verify-ca together with sslrootcert"},
		"database and no secret_key":  {testkit.Environment{"QCC_RESERVATION_DATABASE": "db"}, attributes{"key": "test_key"}, "It must begin with postgres:// or postgresql://."},
		"TTL that is no duration":     {nil, credentialsAnd("reservation_ttl", "60"), `The value of reservation_ttl in the provider block cannot be used. It must be a duration from 5m to 24h, such as "60m".`},
		"TTL too short":               {nil, credentialsAnd("reservation_ttl", "4m59s"), "It must be a duration from 5m to 24h"},
		"TTL too long":                {nil, credentialsAnd("reservation_ttl", "24h1s"), "It must be a duration from 5m to 24h"},
		"shortest TTL":                {nil, credentialsAnd("reservation_ttl", "5m"), sampleModules},
		"longest TTL, empty holder":   {testkit.Environment{"QCC_RESERVATION_HOLDER": ""}, credentialsAnd("reservation_ttl", "24h"), sampleModules},
		"half a retry":                {nil, credentialsAnd("max_retries", 1.5), "The value of max_retries in the provider block cannot be used. It is not a whole number between 0 and 10."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			env := testkit.Environment{"QCC_BASE_URL": url}
			maps.Copy(env, test.env)

			if got := configured(t, env, test.block).read(); got != test.want && (test.want == sampleModules || !testkit.Says(test.want).MatchString(got)) {
				t.Errorf("the read returns\n%s\nwant %q", got, test.want)
			}
		})
	}
}

// TestCredentialsFromTwoPlaces has one credential in the provider block, and one in the environment.
func TestCredentialsFromTwoPlaces(t *testing.T) {
	t.Parallel()

	const warning = "Warning: QCC credentials from two places"

	url := testkit.Serve(t, emulator.New())
	key, secretKey := attributes{"key": emulator.DefaultKey}, attributes{"secret_key": emulator.DefaultSecretKey}
	both := attributes{"key": emulator.DefaultKey, "secret_key": emulator.DefaultSecretKey}

	for name, test := range map[string]struct {
		block attributes
		says  string
	}{
		"neither in the block": {nil, ""}, "both in the block": {both, ""},
		"key in the block":        {key, "The provider block has key, and secret_key comes from the environment variable QCC_SECRET_KEY."},
		"secret_key in the block": {secretKey, "The provider block has secret_key, and key comes from the environment variable QCC_KEY."},
		"a key that is wrong":     {attributes{"key": "other"}, "The provider block has key, and secret_key comes from the environment variable QCC_SECRET_KEY."},
	} {
		s := configured(t, testkit.Credentials(url), test.block)

		for surface, said := range map[string]string{
			"data source": s.read(), "ephemeral resource": s.open(), "first gate": s.gate(attributes{"radar_id": 1}), "second gate": s.gate(attributes{"radar_id": 1}),
		} {
			warned := strings.Contains(said, warning) && strings.Contains(said, test.says)
			if wants := test.says != "" && surface != "second gate"; warned != wants {
				t.Errorf("%s, %s: warned: %t, want %t\n%s", name, surface, warned, wants, said)
			}

			if surface == "data source" && strings.HasSuffix(said, sampleModules) == (test.block["key"] == "other") {
				t.Errorf("%s: the read returns\n%s", name, said)
			}
		}
	}
}

func TestUnknownConfigurationIsNamedAndNeverReplaced(t *testing.T) {
	t.Parallel()

	for _, attribute := range []string{"key", "secret_key", "base_url", "timeout", "max_retries", "reservation_database", "reservation_ttl", "reservation_holder"} {
		s := configured(t, testkit.Credentials(testkit.Silent(t)), attributes{attribute: unknown})

		for surface, said := range map[string]string{"data": s.read(), "ephemeral": s.open()} {
			if !testkit.Says("Terraform does not know before apply: " + attribute + ".").MatchString(said) {
				t.Errorf("if %s is unknown, the %s source reports\n%s", attribute, surface, said)
			}
		}
	}

	for key, want := range map[any]string{unknown: "Terraform 要到 apply 时才能确定 provider 块中的 key。", "": "provider 块中 key 的值无效。"} {
		said := configured(t, testkit.Credentials(testkit.Silent(t)), attributes{"key": key, "language": "zh"}).gate(attributes{"new_id": 1})
		if !testkit.Says(want).MatchString(said) {
			t.Errorf("with the key %v, a gate reports\n%s\nwant %q", key, said, want)
		}
	}

	s := newSession(t, testkit.Credentials(testkit.Silent(t)).Getenv)
	s.deferral = true

	if got := s.configure(attributes{"key": unknown}) + s.read(); got != "Deferred: PROVIDER_CONFIG_UNKNOWN" {
		t.Errorf("where Terraform allows it, the read gives %q, want it deferred because of the provider's configuration", got)
	}
}
