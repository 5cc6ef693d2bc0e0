package qcc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestWrongSettingsAreNamedAndNeverRepeated also has valid settings, which have no field.
func TestWrongSettingsAreNamedAndNeverRepeated(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct {
		change func(*qcc.Config)
		field  qcc.Field
		says   string
	}{
		"empty key":                          {func(c *qcc.Config) { c.Key = "" }, qcc.FieldKey, "empty"},
		"empty secret":                       {func(c *qcc.Config) { c.SecretKey = "" }, qcc.FieldSecretKey, "empty"},
		"key with a line break":              {func(c *qcc.Config) { c.Key = "s3cr3t\n" }, qcc.FieldKey, "white space"},
		"secret with a space":                {func(c *qcc.Config) { c.SecretKey = " s3cr3t" }, qcc.FieldSecretKey, "white space"},
		"key used as secret":                 {func(c *qcc.Config) { c.SecretKey = c.Key }, qcc.FieldSecretKey, "same as key"},
		"key in quotes":                      {func(c *qcc.Config) { c.Key = `"s3cr3t"` }, qcc.FieldKey, "in quotes"},
		"key in UTF-16":                      {func(c *qcc.Config) { c.Key = "\xff\xfes3cr3t" }, qcc.FieldKey, "not UTF-8 text"},
		"secret in Latin-1":                  {func(c *qcc.Config) { c.SecretKey = "s3cr3t\xfc" }, qcc.FieldSecretKey, "not UTF-8 text"},
		"key after a mark":                   {func(c *qcc.Config) { c.Key = "\ufeffs3cr3t" }, qcc.FieldKey, "byte-order mark"},
		"key with a zero width":              {func(c *qcc.Config) { c.Key = "s3c\u200br3t" }, qcc.FieldKey, "character 4 is invisible (U+200B)"},
		"secret with a line":                 {func(c *qcc.Config) { c.SecretKey = "ü3\nr3t" }, qcc.FieldSecretKey, "character 3 is invisible (U+000A)"},
		"key with a filler":                  {func(c *qcc.Config) { c.Key = "s3c\u3164r3t" }, qcc.FieldKey, "character 4 is invisible (U+3164)"},
		"key with a hard space":              {func(c *qcc.Config) { c.Key = "s3c\u00a0r3t" }, qcc.FieldKey, "character 4 is invisible (U+00A0)"},
		"key that ends in NUL":               {func(c *qcc.Config) { c.Key = "s3cr3t\x00" }, qcc.FieldKey, "invisible (U+0000)"},
		"key too long":                       {func(c *qcc.Config) { c.Key = strings.Repeat("k", 513) }, qcc.FieldKey, "It has 513 bytes, and may have 512 at most"},
		"key of one quote":                   {func(c *qcc.Config) { c.Key = "\"s3cr3t" }, "", ""},
		"key that is a quote":                {func(c *qcc.Config) { c.Key = "\"" }, "", ""},
		"key of two quotes and nothing else": {func(c *qcc.Config) { c.Key = "''" }, qcc.FieldKey, "in quotes"},
		"key that begins with a zero width":  {func(c *qcc.Config) { c.Key = "\u200bs3cr3t" }, qcc.FieldKey, "character 1 is invisible (U+200B)"},
		"key in two quotes":                  {func(c *qcc.Config) { c.Key = "'s3cr3t\"" }, "", ""},
		"longest key":                        {func(c *qcc.Config) { c.Key = strings.Repeat("k", 512) }, "", ""},
		"key with Chinese":                   {func(c *qcc.Config) { c.Key = "钥匙 s3cr3t" }, "", ""},
		"URL with the secret":                {func(c *qcc.Config) { c.SecretKey, c.BaseURL = "S3cr3tWord", "https://s3cr3tword.example.com" }, qcc.FieldBaseURL, "It holds key or secret_key"},
		"URL with the key":                   {func(c *qcc.Config) { c.Key, c.BaseURL = "S3cr3tWd", "https://pro.qcc.com/s3cr3tWD" }, qcc.FieldBaseURL, "It holds key or secret_key"},
		"URL with the key in a query":        {func(c *qcc.Config) { c.Key, c.BaseURL = "S3cr3tWord", "https://pro.qcc.com?key=S3cr3tWord" }, qcc.FieldBaseURL, "It has a query"},
		"URL with a short key":               {func(c *qcc.Config) { c.Key, c.BaseURL = "gateway", "https://gateway.example.com" }, "", ""},
		"shortest timeout":                   {func(c *qcc.Config) { c.Timeout = time.Second }, "", ""},
		"longest timeout":                    {func(c *qcc.Config) { c.Timeout = 10 * time.Minute }, "", ""},
		"most retries":                       {func(c *qcc.Config) { c.MaxRetries = 10 }, "", ""},
		"highest port":                       {func(c *qcc.Config) { c.BaseURL += ":65535" }, "", ""},
		"http to an address":                 {func(c *qcc.Config) { c.BaseURL = "http://10.1.2.3" }, qcc.FieldBaseURL, "in clear"},
		"http to an IPv6 address":            {func(c *qcc.Config) { c.BaseURL = "http://[2001:db8::1]" }, qcc.FieldBaseURL, "in clear"},
		"http to all addresses":              {func(c *qcc.Config) { c.BaseURL = "http://0.0.0.0" }, qcc.FieldBaseURL, "in clear"},
		"port 0":                             {func(c *qcc.Config) { c.BaseURL += ":0" }, qcc.FieldBaseURL, "absolute URL"},
		"port too high":                      {func(c *qcc.Config) { c.BaseURL += ":65536" }, qcc.FieldBaseURL, "absolute URL"},
		"URL with the path":                  {func(c *qcc.Config) { c.BaseURL += "/api/company/quota/getQuota" }, qcc.FieldBaseURL, "adds by itself"},
		"no URL":                             {func(c *qcc.Config) { c.BaseURL = "" }, qcc.FieldBaseURL, "absolute URL"},
		"host only":                          {func(c *qcc.Config) { c.BaseURL = "pro.qcc.com" }, qcc.FieldBaseURL, "absolute URL"},
		"port only":                          {func(c *qcc.Config) { c.BaseURL = "https://:443" }, qcc.FieldBaseURL, "absolute URL"},
		"broken URL":                         {func(c *qcc.Config) { c.BaseURL = "https://s3cr3t:%zz@pro.qcc.com" }, qcc.FieldBaseURL, "absolute URL"},
		"bad port":                           {func(c *qcc.Config) { c.BaseURL = "https://pro.qcc.com:https" }, qcc.FieldBaseURL, "absolute URL"},
		"URL with white space":               {func(c *qcc.Config) { c.BaseURL += " " }, qcc.FieldBaseURL, "white space"},
		"URL with user info":                 {func(c *qcc.Config) { c.BaseURL = "https://u:s3cr3t@pro.qcc.com" }, qcc.FieldBaseURL, "user name"},
		"URL with a query":                   {func(c *qcc.Config) { c.BaseURL += "?key=s3cr3t" }, qcc.FieldBaseURL, "query"},
		"URL with an empty query":            {func(c *qcc.Config) { c.BaseURL += "?" }, qcc.FieldBaseURL, "query"},
		"URL with a fragment":                {func(c *qcc.Config) { c.BaseURL += "#" }, qcc.FieldBaseURL, "fragment"},
		"http to another host":               {func(c *qcc.Config) { c.BaseURL = "http://pro.qcc.com" }, qcc.FieldBaseURL, "in clear"},
		"http to a lookalike":                {func(c *qcc.Config) { c.BaseURL = "http://127.0.0.1.example.com" }, qcc.FieldBaseURL, "in clear"},
		"another scheme":                     {func(c *qcc.Config) { c.BaseURL = "ftp://pro.qcc.com" }, qcc.FieldBaseURL, "scheme"},
		"timeout too short":                  {func(c *qcc.Config) { c.Timeout = time.Second - 1 }, qcc.FieldTimeout, "between 1s and 10m"},
		"timeout too long":                   {func(c *qcc.Config) { c.Timeout = 10*time.Minute + 1 }, qcc.FieldTimeout, "between 1s and 10m"},
		"too many retries":                   {func(c *qcc.Config) { c.MaxRetries = 11 }, qcc.FieldMaxRetries, "between 0 and 10"},
		"negative retries":                   {func(c *qcc.Config) { c.MaxRetries = -1 }, qcc.FieldMaxRetries, "between 0 and 10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			cfg := config(qcc.DefaultBaseURL)
			wrong.change(&cfg)

			_, err := qcc.New(cfg)

			if wrong.field == "" {
				if err != nil {
					t.Errorf("error is %v, want none", err)
				}

				return
			}

			problem := as[*qcc.ConfigError](t, err)
			if problem.Field != wrong.field || !strings.Contains(problem.Problem, wrong.says) {
				t.Errorf("error is %v, want one about %s that says %q", err, wrong.field, wrong.says)
			}

			if strings.Contains(strings.ToLower(err.Error()), "s3cr3t") || strings.Contains(err.Error(), "r3t") {
				t.Errorf("error repeats the value: %v", err)
			}
		})
	}
}

func TestAllWrongSettingsAreReportedAtOnce(t *testing.T) {
	t.Parallel()

	if wrong := (qcc.Config{}).Validate(); len(wrong) != 4 {
		t.Errorf("Validate of an empty configuration gives %d errors, want 4: %v", len(wrong), wrong)
	}
}

func TestUsableBaseURLs(t *testing.T) {
	t.Parallel()

	for _, usable := range []string{
		"https://pro.qcc.com", "https://10.1.2.3:8443/qcc", "http://localhost:8080", "http://LOCALHOST", "http://127.8.9.1:1", "http://[::1]:1",
	} {
		if _, err := qcc.New(config(usable)); err != nil {
			t.Errorf("%s: %v", usable, err)
		}
	}
}
