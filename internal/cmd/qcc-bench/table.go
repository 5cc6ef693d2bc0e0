package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// number is the type of a measured value.
type number interface {
	~int | ~int64 | ~float64
}

// quantile returns the value below which a share of the values lies. It interpolates between values, and returns 0 for no values.
func quantile[T number](values []T, share float64) float64 {
	if len(values) == 0 {
		return 0
	}

	sorted := slices.Sorted(slices.Values(values))
	position := share * float64(len(sorted)-1)
	below := int(position)
	above := min(below+1, len(sorted)-1)

	return float64(sorted[below]) + (position-float64(below))*(float64(sorted[above])-float64(sorted[below]))
}

// median returns the median of the values, or 0 for no values.
func median[T number](values []T) float64 { return quantile(values, 0.5) }

// spread returns half of the distance between the quartiles, in percent of the median. It returns 0 if the median is 0.
func spread[T number](values []T) float64 {
	if median(values) == 0 {
		return 0
	}

	return 100 * (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)
}

// ratio divides the median of ours by that of floor. It returns 0 if the median of floor is 0.
func ratio[T number](ours, floor []T) float64 {
	if median(floor) == 0 {
		return 0
	}

	return median(ours) / median(floor)
}

// milliseconds formats the median and the spread of times.
func milliseconds(values []time.Duration) string {
	return fmt.Sprintf("%.1f ms ±%.0f%%", median(values)/float64(time.Millisecond), spread(values))
}

// mebibytes formats the median and the spread of sizes in bytes.
func mebibytes(values []int64) string {
	if len(values) == 0 {
		return "–"
	}

	return fmt.Sprintf("%.1f MiB ±%.0f%%", median(values)/(1<<20), spread(values))
}

// ratioText formats a ratio of sizes.
func ratioText(ours, floor []int64) string {
	if len(ours) == 0 {
		return "–"
	}

	return fmt.Sprintf("%.2f", ratio(ours, floor))
}

// requestsText formats the median and the range of numbers of requests.
func requestsText(requests []int) string {
	return fmt.Sprintf("%.0f (%d to %d)", median(requests), slices.Min(requests), slices.Max(requests))
}

// ofMinimal is the heading of a ratio column. It divides the figure in the previous column by the minimal provider's figure.
const ofMinimal = "of minimal"

// table prints a heading and rows of aligned cells.
func table(out io.Writer, heading string, rows ...[]string) {
	fmt.Fprintf(out, "\n%s\n\n", heading)

	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)

	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}

	_ = w.Flush() // As with Fprintln, an error only means that the output was closed.
}

// find returns the plans of a configuration by its name.
func find(results []planned, name string) planned {
	return results[slices.IndexFunc(results, func(p planned) bool { return p.name == name })]
}

// printPlans prints a row for the plans of each configuration.
func printPlans(out io.Writer, results []planned) {
	floor := find(results, minimalProvider)
	rows := make([][]string, 0, len(results))

	for _, result := range results {
		rows = append(rows, []string{
			result.name,
			milliseconds(result.wall), fmt.Sprintf("%.2f", ratio(result.wall, floor.wall)),
			milliseconds(result.cpu), fmt.Sprintf("%.2f", ratio(result.cpu, floor.cpu)),
			mebibytes(result.memory), ratioText(result.memory, floor.memory),
			requestsText(result.requests),
		})
	}

	heading := []string{"terraform plan with", "time", ofMinimal, "CPU", ofMinimal, "peak memory", ofMinimal, "requests"}
	table(out, "Plans: Terraform and all its providers together", slices.Insert(rows, 0, heading)...)
}

// printProcesses compares the process of the minimal provider with ours.
func printProcesses(out io.Writer, floor, ours process) {
	table(out, "The provider's process",
		[]string{"", "minimal", "ours", ofMinimal},
		[]string{"start until handshake", milliseconds(floor.start), milliseconds(ours.start), fmt.Sprintf("%.3f", ratio(ours.start, floor.start))},
		[]string{"resident memory", mebibytes(floor.memory), mebibytes(ours.memory), fmt.Sprintf("%.3f", ratio(ours.memory, floor.memory))},
		[]string{"binary", fmt.Sprintf("%d bytes", floor.size), fmt.Sprintf("%d bytes", ours.size), fmt.Sprintf("%.3f", float64(ours.size)/float64(floor.size))},
	)
}

// printBenchmarks prints a row for each Go benchmark.
func printBenchmarks(out io.Writer, benchmarks []benchmark) {
	rows := make([][]string, 0, len(benchmarks))

	for _, b := range benchmarks {
		rows = append(rows, []string{
			b.name, fmt.Sprintf("%.2f µs ±%.0f%%", median(b.values["ns/op"])/1000, spread(b.values["ns/op"])),
			fmt.Sprintf("%.0f B", median(b.values["B/op"])), fmt.Sprintf("%.0f", median(b.values["allocs/op"])),
		})
	}

	table(out, "Go benchmarks", slices.Insert(rows, 0, []string{"", "time", "memory", "allocations"})...)
}

// printTargets compares the figures with the project's targets.
func printTargets(out io.Writer, results []planned, gates *comparisons, floor, ours process, benchmarks []benchmark) {
	values := func(name, unit string) []float64 {
		for _, b := range benchmarks {
			if b.name == name {
				return b.values[unit]
			}
		}

		return nil
	}

	const bareGet, read = "GetOverLoopback", "ReadOverLoopback"

	one, fifty, twoHundred := find(results, oneDataSource), find(results, "50 data sources"), find(results, "200 data sources")
	request := median(values(bareGet, "ns/op"))

	targets := []target{
		{name: "start until handshake, of minimal", figure: ratio(ours.start, floor.start), most: 1.05},
		{name: "resident memory, of minimal", figure: ratio(ours.memory, floor.memory), most: 1.10},
		{name: "binary, of minimal", figure: float64(ours.size) / float64(floor.size), most: 1.035}, // The gate takes 60 kB, net/http 200 kB.
		{name: "plan with 1 data source, of minimal and one request", figure: median(one.wall) / (median(find(results, minimalProvider).wall) + request), most: 1.05},
		{name: "plan with 50 data sources, of 1", figure: ratio(fifty.wall, one.wall), most: 1.5},
		{name: "requests of 50 data sources", figure: float64(slices.Max(fifty.requests)), most: 10},
		{name: "requests of 200 data sources", figure: float64(slices.Max(twoHundred.requests)), most: 40},
		{name: "read over loopback, of a bare GET", figure: ratio(values(read, "ns/op"), values(bareGet, "ns/op")), most: 1.5},
		{name: "allocations of this read beyond those of a bare GET", figure: median(values(read, "allocs/op")) - median(values(bareGet, "allocs/op")), most: 90}, // Half of them trace the connection, and look for secrets in ids.
	}
	targets = slices.Concat(targets, gates.targets())
	rows := make([][]string, 0, len(targets))

	for _, target := range targets {
		rows = append(rows, target.row())
	}

	table(out, "Targets", slices.Insert(rows, 0, []string{"", "figure", "target", ""})...)
}

// target is a figure with its upper bound.
type target struct {
	name         string
	figure, most float64
	// exactly reports whether the figure must be equal to the bound.
	exactly bool
}

// row returns the row of a target.
func (t target) row() []string {
	bound, met := "at most", t.figure <= t.most
	if t.exactly {
		bound, met = "exactly", t.figure == t.most
	}

	verdict := "met"
	if !met {
		verdict = "MISSED"
	}

	return []string{t.name, fmt.Sprintf("%.3f", t.figure), fmt.Sprintf("%s %g", bound, t.most), verdict}
}

// writePlans writes a line in the format of benchstat for each plan and each apply.
func writePlans(path string, results []planned) error {
	var lines strings.Builder

	for _, result := range results {
		name := "BenchmarkPlan/"
		if result.apply {
			name = "BenchmarkApply/"
		}

		name += strings.ReplaceAll(result.name, " ", "_")

		for i := range result.wall {
			fmt.Fprintf(&lines, "%s 1 %d ns/op %d cpu-ns/op %d requests/op\n", name, result.wall[i], result.cpu[i], result.requests[i])
		}

		for _, memory := range result.memory {
			fmt.Fprintf(&lines, "%s 1 %d peak-B/op\n", name, memory)
		}
	}

	return os.WriteFile(path, []byte(lines.String()), 0o600)
}
