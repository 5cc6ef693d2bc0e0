package reservation

import (
	"strings"
	"unicode"
)

// longestHolder is the longest name of a holder, in characters. The schema has the same limit.
const longestHolder = 200

// CleanHolder removes from a holder's name what must not be stored: the user info, query and fragment of URLs, and invisible characters. It
// returns at most 200 characters.
func CleanHolder(name string) string {
	name = strings.Map(func(char rune) rune {
		switch {
		case unicode.IsSpace(char):
			return ' '
		case unicode.IsControl(char), unicode.In(char, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control):
			return -1
		}

		return char
	}, strings.ToValidUTF8(name, ""))

	words := strings.Fields(name)
	for i, word := range words {
		scheme, rest, isURL := strings.Cut(word, "://")
		if !isURL {
			continue
		}

		// Everything before the last @, because a password may contain slashes and question marks.
		rest = rest[strings.LastIndex(rest, "@")+1:]
		if end := strings.IndexAny(rest, "?#"); end >= 0 {
			rest = rest[:end]
		}

		words[i] = scheme + "://" + rest
	}

	chars := []rune(strings.Join(words, " "))

	return string(chars[:min(len(chars), longestHolder)])
}

// DefaultHolder returns the URL or the number of the CI job, from the variables that CI systems set. Outside of CI it returns the name of the
// host, or "unknown".
func DefaultHolder(getenv func(string) string, hostname func() (string, error)) string {
	// A row counts only if all its variables are set. A text that starts with a slash is not a variable.
	for _, row := range [][]string{
		{"GITHUB_SERVER_URL", "/", "GITHUB_REPOSITORY", "/actions/runs/", "GITHUB_RUN_ID"},
		{"CI_JOB_URL"}, // GitLab
		{"BUILDKITE_BUILD_URL"},
		{"CIRCLE_BUILD_URL"},
		{"DRONE_BUILD_LINK"},
		{"TRAVIS_BUILD_WEB_URL"},
		{"BUILD_URL"}, // Jenkins
		{"SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "/_build/", "BUILD_BUILDID"}, // Azure Pipelines: the URI ends with a slash.
		{"BITBUCKET_GIT_HTTP_ORIGIN", "/pipelines/", "BITBUCKET_BUILD_NUMBER"},
		{"PULL_URL"},           // Atlantis
		{"TFC_RUN_ID"},         // HCP Terraform
		{"CODEBUILD_BUILD_ID"}, // AWS CodeBuild
	} {
		if name := CleanHolder(fill(row, getenv)); name != "" {
			return name
		}
	}

	name, err := hostname()
	if name = CleanHolder(name); err != nil || name == "" {
		return "unknown"
	}

	return name
}

// fill joins the values of a row's variables. It returns "" if one of them is not set.
func fill(row []string, getenv func(string) string) string {
	var text strings.Builder

	for _, part := range row {
		if !strings.HasPrefix(part, "/") {
			if part = getenv(part); part == "" {
				return ""
			}
		}

		text.WriteString(part)
	}

	return text.String()
}
