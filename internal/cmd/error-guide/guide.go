package main

import (
	"cmp"
	"embed"
	"io"
	"slices"
	"strconv"
	"text/template"

	"github.com/qccpro/terraform-provider-qcc/internal/message"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
	"github.com/qccpro/terraform-provider-qcc/internal/reservation"
)

// pages has a template for each language.
//
//go:embed guide-en.md.tmpl guide-zh.md.tmpl
var pages embed.FS

// row is one row of a table in the guide. Each table prints only the fields for which it has a column.
type row struct {
	What, Text, Meaning, Action, Remedy string
}

// write writes the guide in one language, in the form of a tfplugindocs template.
func write(out io.Writer, language message.Language) error {
	guide, err := template.ParseFS(pages, "guide-"+language.String()+".md.tmpl")
	if err != nil {
		return err
	}

	return guide.Execute(out, map[string]any{
		"Documented": codes(language, true),
		"Siblings":   codes(language, false),
		"HTTP":       httpStatuses(language),
		"Failures":   failures(language),
		"Database":   databaseFailures(language),
		"Problems":   problems(language),
		"Cached":     message.CachedAnswer().Remedy.In(language),
		"WebPage":    message.WebPage().Remedy.In(language),
		"Other":      message.OtherAnswer().Remedy.In(language),
	})
}

// codes returns rows for the documented status codes, or for the undocumented ones, in the order of the codes.
func codes(language message.Language, documented bool) []row {
	statuses := qcc.Statuses()
	slices.SortFunc(statuses, func(a, b qcc.Status) int { return cmp.Compare(a.Code, b.Code) })

	var rows []row

	for _, status := range statuses {
		if status.Documented() != documented {
			continue
		}

		said := message.Status(status)
		rows = append(rows, row{
			What: strconv.Itoa(status.Code), Text: orDash(status.Text), Meaning: said.Meaning.In(language),
			Action: statusAction(status).In(language), Remedy: orDash(said.Remedy.In(language)),
		})
	}

	return rows
}

func httpStatuses(language message.Language) []row {
	ranges := message.HTTPRanges()
	rows := make([]row, 0, len(ranges)+1)

	for _, r := range ranges {
		rows = append(rows, row{
			What: rangeName(r).In(language), Action: retryAction(qcc.TransientHTTP(r.First)).In(language), Remedy: r.Remedy.In(language),
		})
	}

	return append(rows, row{
		What: otherName().In(language), Action: retryAction(false).In(language), Remedy: message.OtherHTTP().Remedy.In(language),
	})
}

func failures(language message.Language) []row {
	all := qcc.Failures()
	rows := make([]row, 0, len(all))

	for _, failure := range all {
		said := message.Failure(failure)
		rows = append(rows, row{
			What: said.Meaning.In(language), Action: failureAction(failure).In(language), Remedy: said.Remedy.In(language),
		})
	}

	return rows
}

func databaseFailures(language message.Language) []row {
	all := reservation.Failures()
	rows := make([]row, 0, len(all))

	for _, failure := range all {
		said := message.ReservationFailure(failure)
		rows = append(rows, row{What: said.Meaning.In(language), Remedy: said.Remedy.In(language)})
	}

	return rows
}

func problems(language message.Language) []string {
	all := qcc.Problems()
	texts := make([]string, 0, len(all))

	for _, problem := range all {
		texts = append(texts, problemItem(problem).In(language))
	}

	return texts
}

func orDash(text string) string { return cmp.Or(text, "-") }
