package qcc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestNoPartOfAnAnswerShowsASecret(t *testing.T) {
	t.Parallel()

	// The secret begins with the key, and both have characters that JSON and URLs escape.
	const key, secretKey = `k"\ü`, `k"\ü and more`

	for name, body := range map[string]string{
		"message":       `{"status":"101","msg":MARK}`,
		"odd message":   `{"status":"101","msg":{"key":MARK}}`,
		"status":        `{"status":MARK}`,
		"module id":     `{"status":"200","result":[{"id":MARK}]}`,
		"module, twice": `{"status":"200","result":[{"id":MARK},{"id":MARK}]}`,
		"count":         `{"status":"200","result":[{"id":"x","totalCount":MARK}]}`,
		"no JSON":       `MARK`,
		"content type":  ``,
	} {
		var token string

		cfg := config(qcc.DefaultBaseURL)
		cfg.Key, cfg.SecretKey = key, secretKey
		cfg.Transport = answer(func(r *http.Request) (*http.Response, error) {
			token = r.Header.Get("Token")

			echo := strings.Join([]string{key, secretKey, token, r.URL.RawQuery, url.PathEscape(secretKey)}, " | ")

			mark, err := json.Marshal(echo)
			if err != nil {
				t.Error(err)
			}

			response := ok(strings.ReplaceAll(body, "MARK", string(mark)))
			response.Header.Set("Content-Type", "text/"+echo)

			return response, nil
		})

		quota, err := read(t, cfg)

		var (
			status  *qcc.StatusError
			wrong   *qcc.AnswerError
			visible string
		)

		switch {
		case err == nil:
			visible = fmt.Sprint(quota.Modules["x"].Unusable)
		case errors.As(err, &status):
			visible = status.Message.String()
		case errors.As(err, &wrong):
			visible = wrong.Error() + wrong.ContentType.String()
		}

		if name == "count" && !strings.Contains(visible, "(redacted)") {
			t.Errorf("%q, %v show nothing of the count", visible, err)
		}

		for _, hidden := range []string{key, `k\"`, "and more", "and%20more", "k%22", token} {
			if strings.Contains(visible, hidden) {
				t.Errorf("%s: %q shows %q", name, visible, hidden)
			}
		}
	}
}
