package message_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// twins is a literal of message.Text in the code, with its position.
type twins struct{ place, english, chinese string }

// literals returns every text of the package, of the guide to errors, of the demo and of the emulator. A part of a text that is not a constant
// is replaced by its expression in brackets.
func literals(t *testing.T) []twins {
	t.Helper()

	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}

	files = append(files, "../cmd/error-guide/texts.go", "../cmd/qcc-demo/main.go", "../cmd/qcc-emulator/main.go", "../emulator/behavior.go")

	var (
		all       []twins
		set       = token.NewFileSet()
		parsed    []*ast.File
		sources   = map[string]string{}
		constants = map[string]ast.Expr{}
	)

	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}

		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		file, err := parser.ParseFile(set, name, source, 0)
		if err != nil {
			t.Fatal(err)
		}

		sources[name] = string(source)

		parsed = append(parsed, file)

		ast.Inspect(file, func(node ast.Node) bool {
			if spec, ok := node.(*ast.ValueSpec); ok {
				for i, value := range spec.Values {
					constants[spec.Names[i].Name] = value
				}
			}

			return true
		})
	}

	var value func(expression ast.Expr) string

	value = func(expression ast.Expr) string {
		switch e := expression.(type) {
		case *ast.BasicLit:
			text, err := strconv.Unquote(e.Value)
			if err != nil {
				t.Fatal(err)
			}

			return text
		case *ast.BinaryExpr:
			return value(e.X) + value(e.Y)
		case *ast.Ident:
			if constant, ok := constants[e.Name]; ok {
				return value(constant)
			}
		}

		from, to := set.Position(expression.Pos()), set.Position(expression.End())

		// The English and the Chinese field of another text are equal here.
		return "<" + strings.NewReplacer(".English", "", ".Chinese", "").Replace(sources[from.Filename][from.Offset:to.Offset]) + ">"
	}

	add := func(text ast.Expr, parts []ast.Expr) {
		place := set.Position(text.Pos()).String()

		switch len(parts) {
		case 0: // No text at all.
		case 2:
			all = append(all, twins{place, value(parts[0]), value(parts[1])})
		default:
			t.Errorf("%s: a text has %d parts", place, len(parts))
		}
	}

	for _, file := range parsed {
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "text" {
					add(call, call.Args)
				}
			}

			literal, ok := node.(*ast.CompositeLit)
			if !ok {
				return true
			}

			if isText(literal.Type) {
				add(literal, literal.Elts)
			}

			if elementsAreTexts(literal.Type) {
				for _, element := range literal.Elts {
					if pair, ok := element.(*ast.KeyValueExpr); ok {
						element = pair.Value
					}

					if inner, ok := element.(*ast.CompositeLit); ok && inner.Type == nil {
						add(inner, inner.Elts)
					}
				}
			}

			return true
		})
	}

	if len(all) < 150 {
		t.Fatalf("there are only %d texts", len(all))
	}

	return all
}

func isText(expression ast.Expr) bool {
	name, ok := expression.(*ast.Ident)

	return ok && name.Name == "Text"
}

func elementsAreTexts(expression ast.Expr) bool {
	switch e := expression.(type) {
	case *ast.MapType:
		return isText(e.Value)
	case *ast.ArrayType:
		return isText(e.Elt)
	default:
		return false
	}
}

// identifiers match the parts of a text that must be the same in both languages.
var identifiers = []*regexp.Regexp{
	regexp.MustCompile(`<[^>]+>`),                                   // A part of the text that is no constant.
	regexp.MustCompile(`https?://[^\s,，。"]+`),                       // A URL.
	regexp.MustCompile(`\b[A-Z]+(?:_[A-Z]+)+\b`),                    // An environment variable.
	regexp.MustCompile(`\b[a-z]+(?:_[a-z]+)+\b`),                    // An attribute or a module.
	regexp.MustCompile(`-(?:refresh=false|replace='\w+'|target)`),   // A flag.
	regexp.MustCompile(`/[a-z]+(?:/[A-Za-z]+)+`),                    // A path.
	regexp.MustCompile(`\b[A-Z][a-z]+-[A-Z][a-z]+\b`),               // A header.
	regexp.MustCompile(`terraform destroy`),                         // A command.
	regexp.MustCompile(`\d{3,}(?:[-.:]\d+)*|\d+(?:\.\d+)+|\d+:\d+`), // A number, an address, a time.
	regexp.MustCompile(`"[^"\s%]{1,20}"`),                           // What a user writes, or a service sends.
	regexp.MustCompile(`\b(?:HTTP|TLS|JSON|UTF-8|UTF-16|NFC|MiB|NTP|Terraform|state|apply|timeout|base_url)\b`),
	regexp.MustCompile(`设置中心 -> 我的公司`),
}

// found returns the identifiers in a text, each once and sorted.
func found(text string) []string {
	all := make([]string, 0, 2*len(identifiers))

	for _, identifier := range identifiers {
		all = append(all, identifier.FindAllString(text, -1)...)
	}

	slices.Sort(all)

	return slices.Compact(all)
}

var (
	verb = regexp.MustCompile(`%(?:\[(\d)\])?([a-zA-Z])`)
	// asciiPunctuation is punctuation of English beside a Chinese character, where Chinese has its own.
	asciiPunctuation = regexp.MustCompile(`\p{Han}[,;:!?()]|[,;!?()]\p{Han}|\p{Han}\.(?:\s|$)|\.\.\.`)
	// wideBeforeSpace is a space beside full-width punctuation, which needs none.
	wideBeforeSpace = regexp.MustCompile(`[，。；：、！？）”] | [，。；：、！？（“]`)
	// glued is a Han character and a Latin one without a space between them.
	glued   = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`)
	hanText = regexp.MustCompile(`\p{Han}`)
	// properNames are what is Chinese in English texts: QCC's menus, and names in brackets.
	properNames = regexp.MustCompile(`设置中心 -> 我的公司|\((?:simplified Chinese, )?[\p{Han}-]+\)`)
)

// verbs returns the verbs of a text by the number of their value.
func verbs(text string) []string {
	matches := verb.FindAllStringSubmatch(strings.ReplaceAll(text, "%%", ""), -1)
	all := make([]string, 0, len(matches))

	for i, match := range matches {
		number := match[1]
		if number == "" {
			number = strconv.Itoa(i + 1)
		}

		all = append(all, number+match[2])
	}

	slices.Sort(all)

	return slices.Compact(all)
}

// TestTextsAreTwins compares the two languages of every text in the package.
func TestTextsAreTwins(t *testing.T) {
	t.Parallel()

	for _, text := range literals(t) {
		if a, b := verbs(text.english), verbs(text.chinese); !slices.Equal(a, b) {
			t.Errorf("%s: the verbs are %v and %v", text.place, a, b)
		}

		if a, b := found(text.english), found(text.chinese); !slices.Equal(a, b) {
			t.Errorf("%s: one text has %v, and the other %v", text.place, missing(a, b), missing(b, a))
		}

		words := strings.ContainsFunc(verb.ReplaceAllString(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(text.english, ""), ""), unicode.IsLetter)
		if words && !hanText.MatchString(text.chinese) {
			t.Errorf("%s: %q is not Chinese", text.place, text.chinese)
		}

		if rest := properNames.ReplaceAllString(text.english, ""); hanText.MatchString(rest) {
			t.Errorf("%s: %q is not English", text.place, text.english)
		}

		chinese := strings.ReplaceAll(text.chinese, "设置中心 -> 我的公司", "")
		for _, wrong := range []*regexp.Regexp{asciiPunctuation, wideBeforeSpace} {
			if match := wrong.FindString(chinese); match != "" {
				t.Errorf("%s: %q has %q", text.place, text.chinese, match)
			}
		}

		if match := glued.FindString(verb.ReplaceAllString(chinese, "")); match != "" {
			t.Errorf("%s: %q needs a space in %q", text.place, text.chinese, match)
		}

		if a, b := strings.HasSuffix(text.english, "."), strings.HasSuffix(text.chinese, "。"); a != b {
			t.Errorf("%s: only one of %q and %q ends with a full stop", text.place, text.english, text.chinese)
		}
	}
}

// missing returns the elements of the first list that are not in the second one.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
