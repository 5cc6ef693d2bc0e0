package documents_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
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

// block returns a served object that a configuration refers to by the keyword of a block.
func block(kind, dir, keyword, name string) served {
	return served{
		kind: kind, dir: dir, name: name, page: strings.TrimPrefix(name, "qcc_"),
		file: strings.ToLower(strings.ReplaceAll(kind, " ", "-")) + ".tf", call: fmt.Sprintf("%s %q", keyword, name),
	}
}

// surface returns everything that the provider serves, by the names that its Metadata methods return.
func surface(t *testing.T) []served {
	t.Helper()

	var all []served

	p := provider.New("test", func(string) string { return "" })()

	for _, create := range p.DataSources(t.Context()) {
		var resp datasource.MetadataResponse

		create().Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "qcc"}, &resp)
		all = append(all, block("Data source", "data-sources", "data", resp.TypeName))
	}

	for _, create := range p.Resources(t.Context()) {
		var resp resource.MetadataResponse

		create().Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "qcc"}, &resp)
		all = append(all, block("Resource", "resources", "resource", resp.TypeName))
	}

	if with, ok := p.(framework.ProviderWithEphemeralResources); ok {
		for _, create := range with.EphemeralResources(t.Context()) {
			var resp ephemeral.MetadataResponse

			create().Metadata(t.Context(), ephemeral.MetadataRequest{ProviderTypeName: "qcc"}, &resp)
			all = append(all, block("Ephemeral resource", "ephemeral-resources", "ephemeral", resp.TypeName))
		}
	}

	if with, ok := p.(framework.ProviderWithFunctions); ok {
		for _, create := range with.Functions(t.Context()) {
			var resp function.MetadataResponse

			create().Metadata(t.Context(), function.MetadataRequest{}, &resp)
			all = append(all, served{
				kind: "Function", dir: "functions", name: resp.Name, page: resp.Name, file: "function.tf", call: "provider::qcc::" + resp.Name,
			})
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

	variables := regexp.MustCompile("`(QCC_[A-Z_]+)`").FindAllStringSubmatch(description, -1)
	defaults := regexp.MustCompile("Defaults to `([^`]+)`").FindAllStringSubmatch(description, -1)

	if len(variables) > 1 || len(defaults) > 1 {
		t.Fatalf("the description of %s names the variables %v and the defaults %v, want one each at most", name, variables, defaults)
	}

	var found attribute

	if len(variables) == 1 {
		found.variable = variables[0][1]
	}

	if len(defaults) == 1 {
		found.byDefault = defaults[0][1]
	}

	return found
}

// attributes returns the provider's attributes, with the variables and defaults in their descriptions.
func attributes(t *testing.T) map[string]attribute {
	t.Helper()

	found := map[string]attribute{}
	for name, description := range descriptions(t) {
		found[name] = described(t, name, description)
	}

	return found
}

// descriptions returns the descriptions of the provider's attributes by name.
func descriptions(t *testing.T) map[string]string {
	t.Helper()

	var resp framework.SchemaResponse

	provider.New("test", func(string) string { return "" })().Schema(t.Context(), framework.SchemaRequest{}, &resp)

	found := map[string]string{}
	for name, attribute := range resp.Schema.Attributes {
		found[name] = attribute.GetMarkdownDescription()
	}

	if len(found) < 5 {
		t.Fatalf("the provider has only the attributes %v", found)
	}

	return found
}

// TestReferencesHaveEveryAttribute compares the tables of attributes with the provider's schema.
func TestReferencesHaveEveryAttribute(t *testing.T) {
	t.Parallel()

	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (?:`([A-Z_]+)`)? ?\\| (?:`([^`]+)`)? ?\\| [^|]+ \\|$")

	for _, name := range testkit.References {
		rows := map[string]attribute{}

		for _, cells := range row.FindAllStringSubmatch(testkit.ReadFile(t, name), -1) {
			if _, twice := rows[cells[1]]; twice {
				t.Errorf("%s has two rows for %s", name, cells[1])
			}

			rows[cells[1]] = attribute{cells[2], cells[3]}
		}

		compareAttributes(t, name, rows)
	}
}

// TestIndexHasEveryAttribute compares the generated page of the provider with its schema.
func TestIndexHasEveryAttribute(t *testing.T) {
	t.Parallel()

	const page = "docs/index.md"

	_, schema, found := strings.Cut(testkit.ReadFile(t, page), "\n## Schema\n")
	if !found {
		t.Fatalf("%s has no schema", page)
	}

	want, lines := descriptions(t), map[string]attribute{}

	for _, line := range regexp.MustCompile("(?m)^- `([a-z_]+)` \\([^)]+\\) (.*)$").FindAllStringSubmatch(schema, -1) {
		lines[line[1]] = described(t, line[1], line[2])

		if line[2] != want[line[1]] {
			t.Errorf("%s describes %s as\n%s\nand the schema as\n%s\nRun make generate.", page, line[1], line[2], want[line[1]])
		}
	}

	compareAttributes(t, page, lines)
}

// compareAttributes reports every attribute that differs between a document and the schema.
func compareAttributes(t *testing.T, document string, got map[string]attribute) {
	t.Helper()

	want := attributes(t)

	for name, attribute := range want {
		if other, found := got[name]; !found {
			t.Errorf("%s does not have the attribute %s", document, name)
		} else if other != attribute {
			t.Errorf("%s has %+v for %s, and the schema %+v", document, other, name, attribute)
		}
	}

	for name := range got {
		if _, found := want[name]; !found {
			t.Errorf("%s has the attribute %s, which the provider does not have", document, name)
		}
	}
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

	p := provider.New("test", func(name string) string {
		if strings.HasPrefix(name, "QCC_") {
			names = append(names, name)
		}

		return ""
	})()

	var schema framework.SchemaResponse

	p.Schema(t.Context(), framework.SchemaRequest{}, &schema)

	values := map[string]tftypes.Value{}
	types := map[string]tftypes.Type{}

	for name, attribute := range schema.Schema.Attributes {
		types[name] = attribute.GetType().TerraformType(t.Context())
		values[name] = tftypes.NewValue(types[name], nil)

		if name == given && value == "1" && types[name].Is(tftypes.Number) {
			values[name] = tftypes.NewValue(types[name], 1)
		} else if name == given {
			values[name] = tftypes.NewValue(types[name], value)
		}
	}

	config := tfsdk.Config{Schema: schema.Schema, Raw: tftypes.NewValue(tftypes.Object{AttributeTypes: types}, values)}
	p.Configure(context.WithoutCancel(t.Context()), framework.ConfigureRequest{Config: config}, &framework.ConfigureResponse{})
	slices.Sort(names)

	return slices.Compact(names)
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
		if variable != "" && known[variable] < len(testkit.References) {
			t.Errorf("%s is named only %d times", variable, known[variable])
		}
	}
}

// TestEverythingServedIsDocumented checks the page, template, example, test file and mentions of everything served.
func TestEverythingServedIsDocumented(t *testing.T) {
	t.Parallel()

	for _, s := range surface(t) {
		page := "docs/" + s.dir + "/" + s.page + ".md"
		example := "examples/" + s.dir + "/" + s.name + "/" + s.file

		tests := "internal/provider/" + s.page + "_" + strings.ToLower(strings.ReplaceAll(s.kind, " ", "_")) + "_test.go"

		for _, name := range []string{page, "templates/" + s.dir + "/" + s.page + ".md.tmpl", example, tests} {
			if _, err := os.Stat(name); err != nil {
				t.Errorf("%s has no %s", s.call, name)
			}
		}

		for _, name := range testkit.References {
			if !strings.Contains(testkit.ReadFile(t, name), "`"+s.call) {
				t.Errorf("%s does not mention %s", name, s.call)
			}
		}

		if link := "(" + s.dir + "/" + s.page + ".md)"; !strings.Contains(testkit.ReadFile(t, "templates/index.md.tmpl"), link) {
			t.Errorf("templates/index.md.tmpl does not link to %s", link)
		}

		if entry := s.kind + " `" + s.name + "`"; !strings.Contains(testkit.ReadFile(t, "CHANGELOG.md"), entry) {
			t.Errorf("CHANGELOG.md does not name the %s", entry)
		}
	}

	for name, attribute := range attributes(t) {
		for _, said := range []string{name, attribute.variable} {
			if said != "" && !strings.Contains(testkit.ReadFile(t, "CHANGELOG.md"), "`"+said+"`") {
				t.Errorf("CHANGELOG.md does not name %s", said)
			}
		}
	}
}

// TestOnlyWhatIsServedIsDocumented finds documentation of anything that the provider does not serve.
func TestOnlyWhatIsServedIsDocumented(t *testing.T) {
	t.Parallel()

	dirs := []string{"data-sources", "ephemeral-resources", "functions", "resources"}
	known := map[string]bool{}

	for _, s := range surface(t) {
		known["docs/"+s.dir+"/"+s.page+".md"] = true
		known["templates/"+s.dir+"/"+s.page+".md.tmpl"] = true
		known["examples/"+s.dir+"/"+s.name] = true
		known[s.call] = true

		if !slices.Contains(dirs, s.dir) {
			t.Errorf("no test checks the folder %s", s.dir)
		}
	}

	for _, dir := range dirs {
		for _, root := range []string{"docs", "templates", "examples"} {
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
