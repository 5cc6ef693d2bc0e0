// Command schema-zh writes the Chinese schema into the guides that are the reference in Chinese, for make generate. It takes the attributes
// from the provider's schema and the texts from internal/message, and writes what tfplugindocs writes into the English pages.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/provider"
)

func main() {
	blocks, err := pages(context.Background())
	if err != nil {
		log.Fatal(err)
	}

	for name, block := range blocks {
		page, err := os.ReadFile(name) //nolint:gosec // The names are those of this package.
		if err != nil {
			log.Fatal(err)
		}

		if err := os.WriteFile(name, []byte(withSchema(string(page), block)), 0o600); err != nil { //nolint:gosec // As above.
			log.Fatal(err)
		}
	}
}

// pages returns the block that each template documents, by the name of its file.
func pages(ctx context.Context) (map[string]*tfprotov6.SchemaBlock, error) {
	server, err := providerserver.NewProtocol6WithError(provider.New("", func(string) string { return "" })())()
	if err != nil {
		return nil, err
	}

	schema, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}

	const dir = "templates/guides/"

	return map[string]*tfprotov6.SchemaBlock{
		dir + "provider-zh.md.tmpl":          schema.Provider.Block,
		dir + "quota-gate-zh.md.tmpl":        schema.ResourceSchemas["qcc_quota_gate"].Block,
		dir + "quota-data-source-zh.md.tmpl": schema.DataSourceSchemas["qcc_quota"].Block,
	}, nil
}

// section matches the section of a page that is generated, up to the next one.
var section = regexp.MustCompile(`(?s)<!-- 由 make generate 生成 -->\n.*?(\n## |$)`)

// withSchema returns a page with the schema of a block in place of the one that it has.
func withSchema(page string, block *tfprotov6.SchemaBlock) string {
	at := section.FindStringSubmatchIndex(page)
	if at == nil {
		return page
	}

	return page[:at[0]] + "<!-- 由 make generate 生成 -->\n## 属性\n" + schemaOf(block) + page[at[2]:]
}

// schemaOf returns the attributes of a block, and then the fields of its objects.
func schemaOf(block *tfprotov6.SchemaBlock) string {
	var attributes, objects strings.Builder

	for _, group := range []struct {
		title string
		has   func(a *tfprotov6.SchemaAttribute) bool
	}{
		{"必填", func(a *tfprotov6.SchemaAttribute) bool { return a.Required }},
		{"可选", func(a *tfprotov6.SchemaAttribute) bool { return a.Optional }},
		{"只读", func(a *tfprotov6.SchemaAttribute) bool { return a.Computed }},
	} {
		heading := "\n### " + group.title + "\n\n"

		for _, a := range block.Attributes {
			if !group.has(a) {
				continue
			}

			kind, link := typeOf(a.Type), ""
			if a.Sensitive {
				kind += "，敏感"
			}

			if fields := fieldsOf(a.Type); fields != "" {
				anchor := "nestedatt--" + a.Name
				link = "（字段见[下文](#" + anchor + ")）"
				fmt.Fprintf(&objects, "\n<a id=%q></a>\n### `%s` 的字段\n\n%s：\n\n%s", anchor, a.Name, group.title, fields)
			}

			fmt.Fprintf(&attributes, "%s- `%s`（%s）%s%s\n", heading, a.Name, kind, message.Descriptions()[a.Name].Chinese, link)

			heading = ""
		}
	}

	return attributes.String() + objects.String()
}

// typeOf returns the name of a type.
func typeOf(t tftypes.Type) string {
	switch t := t.(type) {
	case tftypes.Map:
		return "map，值为" + typeOf(t.ElementType)
	case tftypes.Object:
		return "对象"
	default:
		return map[string]string{tftypes.String.String(): "字符串", tftypes.Number.String(): "数字", tftypes.Bool.String(): "布尔值"}[t.String()]
	}
}

// fieldsOf returns the fields of a map of objects; an empty string for other types.
func fieldsOf(t tftypes.Type) string {
	elements, _ := t.(tftypes.Map)
	object, _ := elements.ElementType.(tftypes.Object)

	lines := make([]string, 0, len(object.AttributeTypes))
	for name, field := range object.AttributeTypes {
		lines = append(lines, fmt.Sprintf("- `%s`（%s）\n", name, typeOf(field)))
	}

	slices.Sort(lines)

	return strings.Join(lines, "")
}
