package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// TestMain runs the tests in the root of the repository, as make generate runs the command.
func TestMain(m *testing.M) { testkit.MainAtRoot(m) }

// englishPages have the schema as tfplugindocs writes it, by the name in message.Description and the template of the twin.
var englishPages = map[string]struct{ page, name string }{
	"templates/guides/provider-zh.md.tmpl":          {"docs/index.md", "provider"},
	"templates/guides/quota-gate-zh.md.tmpl":        {testkit.GatePage, "resource.qcc_quota_gate"},
	"templates/guides/quota-data-source-zh.md.tmpl": {"docs/data-sources/quota.md", "data.qcc_quota"},
}

// TestPagesHaveTheSchema compares the templates with what the command writes, and their attributes with those of the English pages.
func TestPagesHaveTheSchema(t *testing.T) {
	t.Parallel()

	blocks, err := pages(t.Context())
	if err != nil || len(blocks) != len(englishPages) {
		t.Fatalf("there are %d pages, want %d: %v", len(blocks), len(englishPages), err)
	}

	for name, block := range blocks {
		page, twin := testkit.ReadFile(t, name), englishPages[name]

		if got := withSchema(page, block); got != page || !section.MatchString(page) {
			t.Errorf("%s does not have the schema: run make generate", name)
		}

		if description := message.Descriptions()[twin.name].Chinese; description == "" || !strings.Contains(page, description) {
			t.Errorf("%s does not say %q", name, description)
		}

		english, _, _ := strings.Cut(testkit.Section(t, twin.page, "Schema"), "\n## ")
		if got, want := attributes(schemaOf(block)), attributes(english); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s has the attributes %v, and %s has %v", name, got, twin.page, want)
		}
	}
}

// attributes returns the headings, anchors and attributes of a schema, without the texts.
func attributes(schema string) []string {
	return regexp.MustCompile("(?m)^#+ |^<a id=.*|^- `\\w+`").FindAllString(schema, -1)
}

// TestEveryDescriptionIsInBothLanguages compares the schema with message.Description, and what is code in both languages.
func TestEveryDescriptionIsInBothLanguages(t *testing.T) {
	t.Parallel()

	blocks, err := pages(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	for name, block := range blocks {
		for _, a := range block.Attributes {
			text := message.Descriptions()[a.Name]
			if english, chinese := code(text.English), code(text.Chinese); text.Chinese == "" || text.English != a.Description || !slices.Equal(english, chinese) {
				t.Errorf("%s describes %s as %q, and message.Description has %q", name, a.Name, a.Description, text)
			}
		}
	}
}

// code returns what is code in a text, sorted.
func code(text string) []string {
	return slices.Sorted(slices.Values(regexp.MustCompile("`[^`]+`").FindAllString(text, -1)))
}
