package reservation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

func TestHoldersAreCleaned(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ name, want string }{
		"a name":                         {"team network", "team network"},
		"a URL":                          {"https://ci.example.com/job/7", "https://ci.example.com/job/7"},
		"user info":                      {"job https://u:p@ci.example.com/7 of u", "job https://ci.example.com/7 of u"},
		"user info with a slash":         {"https://u:p/a?b#c@ci.example.com/7", "https://ci.example.com/7"},
		"query and fragment":             {"https://ci.example.com/7?token=x#y", "https://ci.example.com/7"},
		"control and bidi characters":    {"a\x00\x1b[2J\u202eb\u200b\u2066\nc", "a[2Jb c"},
		"bytes that are no text":         {"a\xff\xfeb", "ab"},
		"Chinese":                        {"网络团队", "网络团队"},
		"more than 200 characters":       {strings.Repeat("网", 300), strings.Repeat("网", 200)},
		"nothing but what is taken away": {"\x01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := reservation.CleanHolder(test.name); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestTheHolderIsTheJobOrTheHost(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		env     map[string]string
		failure error
		want    string
	}{
		"GitHub": {
			map[string]string{"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "7"},
			nil,
			"https://github.com/o/r/actions/runs/7",
		},
		"Azure Pipelines": {
			map[string]string{"SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/", "SYSTEM_TEAMPROJECT": "p", "BUILD_BUILDID": "7"},
			nil,
			"https://dev.azure.com/o/p/_build/7",
		},
		"a part is missing":          {map[string]string{"GITHUB_SERVER_URL": "https://github.com"}, nil, "host-1"},
		"GitLab":                     {map[string]string{"CI_JOB_URL": "https://u:p@gitlab.example.com/7"}, nil, "https://gitlab.example.com/7"},
		"HCP Terraform":              {map[string]string{"TFC_RUN_ID": "run-7"}, nil, "run-7"},
		"no CI":                      {nil, nil, "host-1"},
		"the host's name is unknown": {nil, errors.New("no name"), "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := reservation.DefaultHolder(func(name string) string { return test.env[name] }, func() (string, error) { return "host-1", test.failure })
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
