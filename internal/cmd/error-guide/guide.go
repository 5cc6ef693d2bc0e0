package main

import (
	"cmp"
	"embed"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// pages has a template for each language.
//
//go:embed guide-en.md.tmpl guide-zh.md.tmpl
var pages embed.FS

// item is one item of a list in the guide: what a reader looks up, and what it says.
type item struct{ What, Text string }

// write writes the guide in one language, in the form of a tfplugindocs template.
func write(out io.Writer, language message.Language) error {
	guide, err := template.ParseFS(pages, "guide-"+language.String()+".md.tmpl")
	if err != nil {
		return err
	}

	return guide.Execute(out, map[string]any{
		"Support":      message.Support().In(language),
		"Codes":        codes(language),
		"Undocumented": listed(language, func(status qcc.Status) bool { return !status.Documented() }),
		"Transient":    listed(language, func(status qcc.Status) bool { return status.Class == qcc.ClassTransient }),
		"Refused":      listed(language, func(status qcc.Status) bool { return status.Class == qcc.ClassRefused }),
		"Signature":    listed(language, qcc.Status.DependsOnClock),
		"HTTP":         httpStatuses(language),
		"Failures":     failures(language),
	})
}

// codes returns items for the status codes, in their order. Codes with the same meaning and remedy share an item. So do the reasons to refuse
// a query that have the same remedy: if their meanings differ, the item has only the remedy, because QCC's texts tell them apart.
func codes(language message.Language) []item {
	meanings := map[string][]string{} // By remedy.

	for _, status := range qcc.Statuses() {
		said := message.Status(status)
		if known := meanings[said.Remedy.English]; status.Class == qcc.ClassRefused && !slices.Contains(known, said.Meaning.English) {
			meanings[said.Remedy.English] = append(known, said.Meaning.English)
		}
	}

	statuses := sorted()
	all := make([]item, 0, len(statuses))

	for _, status := range statuses {
		said := message.Status(status)
		if status.Class == qcc.ClassRefused && len(meanings[said.Remedy.English]) > 1 {
			said.Meaning = message.Text{}
		}

		all = append(all, item{
			What: strings.TrimSpace("**" + strconv.Itoa(status.Code) + "** " + status.Text),
			Text: sentences(language, said.Meaning.In(language), brief(language, said.Remedy)),
		})
	}

	return group(language, all)
}

// sorted returns all status codes in their order.
func sorted() []qcc.Status {
	statuses := qcc.Statuses()
	slices.SortFunc(statuses, func(a, b qcc.Status) int { return cmp.Compare(a.Code, b.Code) })

	return statuses
}

// listed returns the codes of some statuses as a list in a sentence.
func listed(language message.Language, is func(qcc.Status) bool) string {
	var all []string

	for _, status := range sorted() {
		if is(status) {
			all = append(all, strconv.Itoa(status.Code))
		}
	}

	return list(language, all)
}

// httpStatuses returns items for the HTTP statuses, of which those of a gateway are the last.
func httpStatuses(language message.Language) []item {
	ranges := message.HTTPRanges()
	all := make([]item, 0, len(ranges))

	for _, r := range ranges {
		all = append(all, item{lookedUp(language, rangeName(r), qcc.TransientHTTP(r.First)), brief(language, r.Remedy)})
	}

	return append(group(language, all),
		item{lookedUp(language, otherName(), false), brief(language, message.OtherHTTP().Remedy)},
		item{lookedUp(language, gatewayName(), false), brief(language, message.RefusedByGateway().Remedy)})
}

// failures returns items for the requests without a complete answer.
func failures(language message.Language) []item {
	known := qcc.Failures()
	all := make([]item, 0, len(known))

	for _, failure := range known {
		said := message.Failure(failure)
		all = append(all, item{lookedUp(language, said.Meaning, failure.Transient()), brief(language, said.Remedy)})
	}

	return group(language, all)
}

// group joins items with the same text. The order is that of the first of them.
func group(language message.Language, all []item) []item {
	var grouped []item

	for _, each := range all {
		if i := slices.IndexFunc(grouped, func(one item) bool { return one.Text == each.Text }); i >= 0 {
			grouped[i].What += text("; ", "；").In(language) + each.What
		} else {
			grouped = append(grouped, each)
		}
	}

	return grouped
}

// brief returns a remedy without what the guide says once: the number of QCC's support, and what to set behind a proxy. The names of environment
// variables beside those of attributes are left out, too.
func brief(language message.Language, remedy message.Text) string {
	said := strings.NewReplacer(
		text(": ", "：").In(language)+message.Support().In(language), "",
		message.BehindAProxy().In(language), "",
	).Replace(remedy.In(language))
	said = regexp.MustCompile(`（QCC_[A-Z_]+）(\p{Han})`).ReplaceAllString(said, " $1")

	return regexp.MustCompile(`（QCC_[A-Z_]+）| \(QCC_[A-Z_]+\)`).ReplaceAllString(said, "")
}
