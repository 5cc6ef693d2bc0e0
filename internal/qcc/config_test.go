package qcc_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// TestWrongSettingsAreNamedAndNeverRepeated also has valid settings, for which no field is expected.
func TestWrongSettingsAreNamedAndNeverRepeated(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct {
		change func(*qcc.Config)
		field  qcc.Field
		want   qcc.ConfigProblem
		found  string // The part of the value that the error shows.
	}{
		"empty key":                          {func(c *qcc.Config) { c.Key = "" }, qcc.FieldKey, qcc.ConfigEmpty, ""},
		"empty secret":                       {func(c *qcc.Config) { c.SecretKey = "" }, qcc.FieldSecretKey, qcc.ConfigEmpty, ""},
		"key with a line break":              {func(c *qcc.Config) { c.Key = "s3cr3t\n" }, qcc.FieldKey, qcc.ConfigWhiteSpace, ""},
		"key used as secret":                 {func(c *qcc.Config) { c.SecretKey = c.Key }, qcc.FieldSecretKey, qcc.ConfigSame, ""},
		"key in quotes":                      {func(c *qcc.Config) { c.Key = `"s3cr3t"` }, qcc.FieldKey, qcc.ConfigQuotes, ""},
		"key in UTF-16":                      {func(c *qcc.Config) { c.Key = "\xff\xfes3cr3t" }, qcc.FieldKey, qcc.ConfigNotUTF8, ""},
		"key after a mark":                   {func(c *qcc.Config) { c.Key = "\ufeffs3cr3t" }, qcc.FieldKey, qcc.ConfigByteOrder, ""},
		"key with a zero width":              {func(c *qcc.Config) { c.Key = "s3c\u200br3t" }, qcc.FieldKey, qcc.ConfigInvisible, "U+200B at 4"},
		"secret with a line":                 {func(c *qcc.Config) { c.SecretKey = "ü3\nr3t" }, qcc.FieldSecretKey, qcc.ConfigInvisible, "U+000A at 3"},
		"key too long":                       {func(c *qcc.Config) { c.Key = strings.Repeat("k", 513) }, qcc.FieldKey, qcc.ConfigTooLong, "513"},
		"key of one quote":                   {func(c *qcc.Config) { c.Key = "\"s3cr3t" }, "", "", ""},
		"key that is a quote":                {func(c *qcc.Config) { c.Key = "\"" }, "", "", ""},
		"key of two quotes and nothing else": {func(c *qcc.Config) { c.Key = "''" }, qcc.FieldKey, qcc.ConfigQuotes, ""},
		"key that begins with a zero width":  {func(c *qcc.Config) { c.Key = "\u200bs3cr3t" }, qcc.FieldKey, qcc.ConfigInvisible, "U+200B at 1"},
		"key in two quotes":                  {func(c *qcc.Config) { c.Key = "'s3cr3t\"" }, "", "", ""},
		"longest key":                        {func(c *qcc.Config) { c.Key = strings.Repeat("k", 512) }, "", "", ""},
		"key with Chinese":                   {func(c *qcc.Config) { c.Key = "钥匙 s3cr3t" }, "", "", ""},
		"URL with the secret":                {func(c *qcc.Config) { c.SecretKey, c.BaseURL = "S3cr3tWord", "https://s3cr3tword.example.com" }, qcc.FieldBaseURL, qcc.ConfigCredential, ""},
		"URL with the key":                   {func(c *qcc.Config) { c.Key, c.BaseURL = "S3cr3tWd", "https://pro.qcc.com/s3cr3tWD" }, qcc.FieldBaseURL, qcc.ConfigCredential, ""},
		"URL with the key in a query":        {func(c *qcc.Config) { c.Key, c.BaseURL = "S3cr3tWord", "https://pro.qcc.com?key=S3cr3tWord" }, qcc.FieldBaseURL, qcc.ConfigQuery, ""},
		"URL with a short key":               {func(c *qcc.Config) { c.Key, c.BaseURL = "gateway", "https://gateway.example.com" }, "", "", ""},
		"shortest timeout":                   {func(c *qcc.Config) { c.Timeout = time.Second }, "", "", ""},
		"longest timeout":                    {func(c *qcc.Config) { c.Timeout = 10 * time.Minute }, "", "", ""},
		"most retries":                       {func(c *qcc.Config) { c.MaxRetries = 10 }, "", "", ""},
		"highest port":                       {func(c *qcc.Config) { c.BaseURL += ":65535" }, "", "", ""},
		"http to an address":                 {func(c *qcc.Config) { c.BaseURL = "http://10.1.2.3" }, qcc.FieldBaseURL, qcc.ConfigPlainHTTP, ""},
		"http to an IPv6 address":            {func(c *qcc.Config) { c.BaseURL = "http://[2001:db8::1]" }, qcc.FieldBaseURL, qcc.ConfigPlainHTTP, ""},
		"http to all addresses":              {func(c *qcc.Config) { c.BaseURL = "http://0.0.0.0" }, qcc.FieldBaseURL, qcc.ConfigPlainHTTP, ""},
		"port 0":                             {func(c *qcc.Config) { c.BaseURL += ":0" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"port too high":                      {func(c *qcc.Config) { c.BaseURL += ":65536" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"URL with the path":                  {func(c *qcc.Config) { c.BaseURL += "/api/company/quota/getQuota" }, qcc.FieldBaseURL, qcc.ConfigPath, ""},
		"no URL":                             {func(c *qcc.Config) { c.BaseURL = "" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"host only":                          {func(c *qcc.Config) { c.BaseURL = "pro.qcc.com" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"port only":                          {func(c *qcc.Config) { c.BaseURL = "https://:443" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"broken URL":                         {func(c *qcc.Config) { c.BaseURL = "https://s3cr3t:%zz@pro.qcc.com" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"bad port":                           {func(c *qcc.Config) { c.BaseURL = "https://pro.qcc.com:https" }, qcc.FieldBaseURL, qcc.ConfigNoURL, ""},
		"URL with white space":               {func(c *qcc.Config) { c.BaseURL += " " }, qcc.FieldBaseURL, qcc.ConfigWhiteSpace, ""},
		"URL with user info":                 {func(c *qcc.Config) { c.BaseURL = "https://u:s3cr3t@pro.qcc.com" }, qcc.FieldBaseURL, qcc.ConfigUser, ""},
		"URL with a query":                   {func(c *qcc.Config) { c.BaseURL += "?key=s3cr3t" }, qcc.FieldBaseURL, qcc.ConfigQuery, ""},
		"URL with an empty query":            {func(c *qcc.Config) { c.BaseURL += "?" }, qcc.FieldBaseURL, qcc.ConfigQuery, ""},
		"URL with a fragment":                {func(c *qcc.Config) { c.BaseURL += "#" }, qcc.FieldBaseURL, qcc.ConfigQuery, ""},
		"http to a lookalike":                {func(c *qcc.Config) { c.BaseURL = "http://127.0.0.1.example.com" }, qcc.FieldBaseURL, qcc.ConfigPlainHTTP, ""},
		"another scheme":                     {func(c *qcc.Config) { c.BaseURL = "ftp://pro.qcc.com" }, qcc.FieldBaseURL, qcc.ConfigScheme, ""},
		"timeout too short":                  {func(c *qcc.Config) { c.Timeout = time.Second - 1 }, qcc.FieldTimeout, qcc.ConfigTimeout, "999.999999ms"},
		"timeout too long":                   {func(c *qcc.Config) { c.Timeout = 10*time.Minute + 1 }, qcc.FieldTimeout, qcc.ConfigTimeout, "10m0.000000001s"},
		"too many retries":                   {func(c *qcc.Config) { c.MaxRetries = 11 }, qcc.FieldMaxRetries, qcc.ConfigNoWholeCount, ""},
		"negative retries":                   {func(c *qcc.Config) { c.MaxRetries = -1 }, qcc.FieldMaxRetries, qcc.ConfigNoWholeCount, ""},
	} {
		cfg := config(qcc.DefaultBaseURL)
		wrong.change(&cfg)

		_, err := qcc.New(cfg)

		if wrong.field == "" {
			if err != nil {
				t.Errorf("%s: the error is %v, want none", name, err)
			}

			continue
		}

		problem := as[*qcc.ConfigError](t, err)
		if problem.Field != wrong.field || problem.Problem != wrong.want || !slices.Contains(qcc.ConfigProblems(), wrong.want) {
			t.Errorf("%s: the error is %v, want one about %s: %v", name, err, wrong.field, wrong.want)
		}

		said := fmt.Sprintf("%s: %v", wrong.field, wrong.want)
		if wrong.found != "" {
			said += ": " + wrong.found
		}

		if err.Error() != said {
			t.Errorf("%s: the error says %q, want %q", name, err, said)
		}

		if strings.Contains(strings.ToLower(err.Error()), "s3cr3t") || strings.Contains(err.Error(), "r3t") {
			t.Errorf("%s: the error repeats the value: %v", name, err)
		}
	}
}

func TestAllWrongSettingsAreReportedAtOnce(t *testing.T) {
	t.Parallel()

	_, err := qcc.New(qcc.Config{})
	if wrong := as[qcc.ConfigErrors](t, err); len(wrong) != 4 {
		t.Errorf("an empty configuration has %d errors, want 4: %v", len(wrong), wrong)
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
