package documents_test

import (
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qccpro/terraform-provider-qcc/internal/provider"
	"github.com/qccpro/terraform-provider-qcc/internal/testkit"
)

// The tests in this file compare the provider's code with its documents. They have no lists of attributes or functions, so a new attribute,
// data source or function is compared as soon as the provider serves it.

// served is a data source, ephemeral resource, function or resource of the provider.
type served struct {
	kind string // As CHANGELOG.md names it, such as "Data source".
	dir  string // The folder of its kind in docs, templates and examples.
	name string // As a configuration names it, such as "qcc_quota".
	page string // The name of its page, without extension.
	file string // The file of its example.
	call string // How a configuration refers to it, such as `data "qcc_quota"`.
}

func (s served) document() string { return "docs/" + s.dir + "/" + s.page + ".md" }

func (s served) template() string { return "templates/" + s.dir + "/" + s.page + ".md.tmpl" }

// server returns the provider, as Terraform calls it. It reads its environment variables with getenv.
func server(t *testing.T, getenv func(name string) string) (tfprotov6.ProviderServer, *tfprotov6.GetProviderSchemaResponse) {
	t.Helper()

	server, err := providerserver.NewProtocol6WithError(provider.New("test", getenv)())()
	if err != nil {
		t.Fatal(err)
	}

	schema, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schema.Provider.Block.Attributes) < 5 {
		t.Fatalf("the provider has the schema %v, %v", schema, err)
	}

	return server, schema
}

func noVariables(string) string { return "" }

// surface returns everything that the provider serves.
func surface(t *testing.T) []served {
	t.Helper()

	_, schema := server(t, noVariables)

	var all []served

	for kind, names := range map[string]iter.Seq[string]{
		"Data source": maps.Keys(schema.DataSourceSchemas), "Resource": maps.Keys(schema.ResourceSchemas),
		"Ephemeral resource": maps.Keys(schema.EphemeralResourceSchemas), "Function": maps.Keys(schema.Functions),
	} {
		for name := range names {
			kebab := strings.ToLower(strings.ReplaceAll(kind, " ", "-"))
			s := served{kind: kind, dir: kebab + "s", name: name, page: strings.TrimPrefix(name, "qcc_"), file: kebab + ".tf"}
			s.call = map[bool]string{true: "provider::qcc::" + name, false: fmt.Sprintf("%s %q", strings.Split(kebab, "-")[0], name)}[kind == "Function"]
			all = append(all, s)
		}
	}

	if len(all) < 3 {
		t.Fatalf("the provider serves only %v", all)
	}

	return all
}

// attribute is what every document must state about a provider attribute.
type attribute struct {
	variable  string // The environment variable; empty if there is none.
	byDefault string // The default; empty if there is none.
}

// described returns the variable and the default in the description of an attribute.
func described(t *testing.T, name, description string) attribute {
	t.Helper()

	only := func(pattern string) string {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(description, -1)
		if len(found) > 1 {
			t.Fatalf("the description of %s has %q, want at most one", name, found)
		}

		return append(found, []string{"", ""})[0][1]
	}

	return attribute{variable: only("`(QCC_[A-Z_]+)`"), byDefault: only("Defaults to `([^`]+)`")}
}

// attributes returns the provider's attributes, with the variables and defaults in their descriptions.
func attributes(t *testing.T) map[string]attribute {
	t.Helper()

	_, schema := server(t, noVariables)
	found := map[string]attribute{}

	for _, attribute := range schema.Provider.Block.Attributes {
		found[attribute.Name] = described(t, attribute.Name, attribute.Description)
	}

	return found
}

// TestDescriptionsNameTheVariablesThatAreRead configures the provider and records which variables it reads.
func TestDescriptionsNameTheVariablesThatAreRead(t *testing.T) {
	t.Parallel()

	all := readVariables(t, "", "")

	for name, attribute := range attributes(t) {
		// Neither a known nor an unknown attribute falls back to its variable, so the difference is that variable.
		for _, value := range []any{"1", tftypes.UnknownValue} {
			rest := readVariables(t, name, value)
			want := attribute.variable

			if name == "language" && value == tftypes.UnknownValue { // It counts as not set, because it says nothing about the account.
				want = ""
			}

			variable := strings.Join(slices.DeleteFunc(slices.Clone(all), func(read string) bool { return slices.Contains(rest, read) }), " and ")
			if variable != want {
				t.Errorf("%s falls back to %q unless it is %v, want %q", name, variable, value, want)
			}
		}
	}

	if len(all) < 3 {
		t.Errorf("the provider reads only %v", all)
	}
}

// readVariables returns the QCC_ variables that Configure reads. One attribute has a value, and the others are null.
func readVariables(t *testing.T, given string, value any) []string {
	t.Helper()

	var names []string

	server, schema := server(t, func(name string) string {
		if strings.HasPrefix(name, "QCC_") {
			names = append(names, name)
		}

		return ""
	})

	request := &tfprotov6.ConfigureProviderRequest{Config: config(t, schema.Provider, given, value)}
	if _, err := server.ConfigureProvider(t.Context(), request); err != nil {
		t.Fatal(err)
	}

	slices.Sort(names)

	return slices.Compact(names)
}

// config returns the configuration of a block. One attribute has a value, and the others are null.
func config(t *testing.T, schema *tfprotov6.Schema, given string, value any) *tfprotov6.DynamicValue {
	t.Helper()

	values := map[string]tftypes.Value{}

	for _, attribute := range schema.Block.Attributes {
		switch {
		case attribute.Name != given:
			values[attribute.Name] = tftypes.NewValue(attribute.Type, nil)
		case value == "1" && attribute.Type.Is(tftypes.Number):
			values[attribute.Name] = tftypes.NewValue(attribute.Type, 1)
		default:
			values[attribute.Name] = tftypes.NewValue(attribute.Type, value)
		}
	}

	config, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), values))
	if err != nil {
		t.Fatal(err)
	}

	return &config
}

// TestOnlyVariablesThatAreReadAreNamed checks the QCC_ variables in all texts for users.
func TestOnlyVariablesThatAreReadAreNamed(t *testing.T) {
	t.Parallel()

	known := map[string]int{}
	for _, attribute := range attributes(t) {
		known[attribute.variable] = 0
	}

	// HAProxy reads the variables for which its configuration has a default.
	for _, preset := range regexp.MustCompile(`(?m)^ +presetenv (QCC_\w+) `).FindAllStringSubmatch(testkit.ReadFile(t, "examples/gateway/haproxy.cfg"), -1) {
		known[preset[1]] = 0
	}

	files := documents(t)

	for _, dir := range []string{".github", "examples", "templates", "internal/message"} {
		walk(t, dir, func(name string) {
			if !strings.HasSuffix(name, "_test.go") {
				files = append(files, name)
			}
		})
	}

	for _, name := range files {
		for _, variable := range regexp.MustCompile(`\bQCC_[A-Z_]+`).FindAllString(testkit.ReadFile(t, name), -1) {
			if _, found := known[variable]; !found {
				t.Errorf("%s names %s, which neither the provider nor the gateway reads", name, variable)

				continue
			}

			known[variable]++
		}
	}

	for _, variable := range slices.Sorted(maps.Keys(known)) {
		if variable != "" && known[variable] < len(testkit.READMEs) {
			t.Errorf("%s is named only %d times", variable, known[variable])
		}
	}
}

// TestEverythingServedIsDocumented checks the page with its example, the template, the test file and the mentions of everything served.
func TestEverythingServedIsDocumented(t *testing.T) {
	t.Parallel()

	example := func(name string) string { return strings.TrimSpace(testkit.ReadFile(t, "examples/"+name)) }

	says := func(name, text string) {
		if !strings.Contains(testkit.ReadFile(t, name), text) {
			t.Errorf("%s does not have\n%s", name, text)
		}
	}

	says("docs/index.md", example("provider/provider.tf"))

	for _, s := range surface(t) {
		test := "internal/provider/" + s.page + "_" + strings.ReplaceAll(strings.TrimSuffix(s.dir, "s"), "-", "_") + "_test.go"

		for _, name := range []string{s.template(), test} {
			if _, err := os.Stat(name); err != nil {
				t.Errorf("%s has no %s", s.call, name)
			}
		}

		says(s.document(), example(s.dir+"/"+s.name+"/"+s.file)) // Other tests run the examples.
		says("templates/index.md.tmpl", "("+s.dir+"/"+s.page+".md)")
		says("CHANGELOG.md", s.kind+" `"+s.name+"`")
	}

	for name, attribute := range attributes(t) {
		says("CHANGELOG.md", "`"+name+"`")

		if attribute.variable != "" {
			says("CHANGELOG.md", "`"+attribute.variable+"`")
		}
	}
}

// TestOnlyWhatIsServedIsDocumented finds documentation of anything that the provider does not serve.
func TestOnlyWhatIsServedIsDocumented(t *testing.T) {
	t.Parallel()

	known := map[string]bool{}

	for _, s := range surface(t) {
		for _, name := range []string{s.document(), s.template(), "examples/" + s.dir + "/" + s.name, s.call} {
			known[name] = true
		}
	}

	for _, root := range []string{"docs", "templates", "examples"} {
		for _, dir := range []string{"data-sources", "ephemeral-resources", "functions", "resources"} {
			found, err := filepath.Glob(root + "/" + dir + "/*")
			if err != nil {
				t.Fatal(err)
			}

			for _, name := range found {
				if !known[filepath.ToSlash(name)] {
					t.Errorf("%s is about something that the provider does not serve", name)
				}
			}
		}
	}

	call := regexp.MustCompile(`\b(?:data|ephemeral|resource) "qcc_\w+"|\bprovider::qcc::\w+`)

	for _, name := range documents(t) {
		for _, mention := range call.FindAllString(testkit.ReadFile(t, name), -1) {
			if !known[mention] {
				t.Errorf("%s mentions %s, which the provider does not serve", name, mention)
			}
		}
	}
}

// TestOnePageHasTheFieldsOfAModule compares the table of fields, in both languages, with the schema. No other page has such a table.
func TestOnePageHasTheFieldsOfAModule(t *testing.T) {
	t.Parallel()

	_, schema := server(t, noVariables)

	modules, _ := schema.DataSourceSchemas["qcc_quota"].Block.Attributes[0].Type.(tftypes.Map)
	module, _ := modules.ElementType.(tftypes.Object)
	want := slices.Sorted(maps.Keys(module.AttributeTypes))

	for _, page := range documents(t) {
		fields := []string{}

		for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ").FindAllStringSubmatch(testkit.ReadFile(t, page), -1) {
			if slices.Contains(want, row[1]) {
				fields = append(fields, row[1])
			}
		}

		slices.Sort(fields)

		isPage := page == "docs/data-sources/quota.md" || page == testkit.ChineseReference["docs/data-sources/quota.md"]
		if isPage != slices.Equal(fields, want) || !isPage && len(fields) > 0 {
			t.Errorf("%s has a table with the fields %v; the fields of a module are %v", page, fields, want)
		}
	}
}

// TestReferencesFirstShowWhatOneTypes looks for the example and the schema in front of everything else.
func TestReferencesFirstShowWhatOneTypes(t *testing.T) {
	t.Parallel()

	pages := []string{"docs/index.md"}

	for _, s := range surface(t) {
		if s.kind != "Function" {
			pages = append(pages, s.document())
		}
	}

	for _, page := range pages {
		for name, first := range map[string][]string{page: {"Example usage", "Schema"}, testkit.ChineseReference[page]: {"示例", "属性"}} {
			if name == "" { // The page has no Chinese twin.
				continue
			}

			var sections []string

			for _, section := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(testkit.ReadFile(t, name), -1) {
				sections = append(sections, section[1])
			}

			if len(sections) < len(first) || !slices.Equal(sections[:len(first)], first) {
				t.Errorf("%s begins with the sections %q, want %q", name, sections, first)
			}
		}
	}
}
