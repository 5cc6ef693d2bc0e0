package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// comparison holds the measurements of gates, and of the same number of resources of the minimal provider.
type comparison struct {
	minimal, gate planned
}

// comparisons holds all comparisons of gates.
type comparisons struct {
	existing, created, applied comparison // A plan without changes of one gate, the plan that creates it, and the apply of that plan.
	manyPlanned, manyApplied   comparison // The plan that creates many gates, and the apply of that plan.
}

// all returns the comparisons in the order of the table.
func (c *comparisons) all() []*comparison {
	return []*comparison{&c.existing, &c.created, &c.applied, &c.manyPlanned, &c.manyApplied}
}

// planned returns the measurements of all comparisons.
func (c *comparisons) planned() []planned {
	all := c.all()
	results := make([]planned, 0, 2*len(all))

	for _, comparison := range all {
		results = append(results, comparison.minimal, comparison.gate)
	}

	return results
}

// gateConfigurations returns a root module with resources of the minimal provider, and one with the same number of gates.
func gateConfigurations(name string, count int, existing, apply bool) []configuration {
	content := func(resource string) string {
		return fmt.Sprintf("resource %q \"this\" {\n  count    = %d\n  required = { radar_id = 1 }\n}\n", resource, count)
	}
	plural := ""

	if count > 1 {
		plural = "s"
	}

	return []configuration{
		{
			name: fmt.Sprintf("minimal provider, %d %s resource%s", count, name, plural), existing: existing, apply: apply,
			content: requires("floor") + content("floor_record"),
		},
		{
			name: fmt.Sprintf("%d %s gate%s", count, name, plural), existing: existing, apply: apply,
			content: requires("qcc") + content("qcc_quota_gate"),
		},
	}
}

// measureGates compares gates with resources of the minimal provider. Many gates have separate rounds, because they take long.
func (p *plans) measureGates(ctx context.Context, e effort) (*comparisons, error) {
	few, err := p.measure(ctx, slices.Concat(
		gateConfigurations("existing", 1, true, false),
		gateConfigurations("new", 1, false, false),
		gateConfigurations("new", 1, false, true),
	), e.gateRounds, e.memoryRounds)
	if err != nil {
		return nil, err
	}

	many, err := p.measure(ctx, slices.Concat(
		gateConfigurations("new", e.gates, false, false),
		gateConfigurations("new", e.gates, false, true),
	), e.manyRounds, 0)
	if err != nil {
		return nil, err
	}

	var c comparisons

	results := slices.Concat(few, many)
	for i, comparison := range c.all() {
		comparison.minimal, comparison.gate = results[2*i], results[2*i+1]
	}

	return &c, nil
}

// time returns the time of the gates divided by that of the minimal provider: the median of the rounds, because the load of the machine
// changes from round to round.
func (c *comparison) time() float64 { return median(roundRatios(c.gate.wall, c.minimal.wall)) }

// roundRatios divides each value of ours by that of floor from the same round.
func roundRatios(ours, floor []time.Duration) []float64 {
	ratios := make([]float64, 0, len(ours))
	for i := range min(len(ours), len(floor)) {
		ratios = append(ratios, float64(ours[i])/float64(floor[i]))
	}

	return ratios
}

// requestRate returns the highest number of requests in a second of all rounds. The last second of a round counts as a whole second,
// because the provider may send its request as soon as a second begins.
func (p *planned) requestRate() float64 {
	var most float64

	for i, requests := range p.requests {
		most = max(most, float64(requests)/math.Ceil(p.wall[i].Seconds()))
	}

	return most
}

// printGates prints a row for each comparison.
func printGates(out io.Writer, c *comparisons) {
	all := c.all()
	rows := make([][]string, 0, len(all))

	for _, comparison := range all {
		minimal, gate := comparison.minimal, comparison.gate
		rows = append(rows, []string{
			gate.command() + " of " + gate.name,
			milliseconds(minimal.wall), milliseconds(gate.wall),
			fmt.Sprintf("%.3f ±%.0f%%", comparison.time(), spread(roundRatios(gate.wall, minimal.wall))),
			milliseconds(gate.cpu), fmt.Sprintf("%.2f", ratio(gate.cpu, minimal.cpu)),
			mebibytes(gate.memory), ratioText(gate.memory, minimal.memory),
			requestsText(gate.requests),
		})
	}

	heading := []string{"terraform", "minimal", "gates", ofMinimal, "CPU", ofMinimal, "peak memory", ofMinimal, "requests"}
	table(out, "Gates, compared with the same number of resources of the minimal provider", slices.Insert(rows, 0, heading)...)
}

// targets compares the figures of gates with the project's targets.
func (c *comparisons) targets() []target {
	planned, applied := &c.manyPlanned, &c.manyApplied

	return []target{
		{name: "plan of 1 existing gate, of minimal", figure: c.existing.time(), most: 1.03},
		{name: "requests of this plan", figure: float64(slices.Max(c.existing.gate.requests)), exactly: true},
		{name: "plan of 1 new gate, of minimal", figure: c.created.time(), most: 1.10},
		{name: "requests of the apply of its saved plan", figure: c.applied.gate.requestsFarthestFrom(1), most: 1, exactly: true},
		{name: "plan of " + planned.gate.name + ", of minimal", figure: planned.time(), most: 1.2},
		{name: "requests of this plan in a second", figure: planned.gate.requestRate(), most: 1},
		{name: "apply of their saved plan, of minimal", figure: applied.time(), most: 1.2},
		{name: "requests of this apply in a second", figure: applied.gate.requestRate(), most: 1},
	}
}

// requestsFarthestFrom returns the number of requests of the round that differs most from the wanted number.
func (p *planned) requestsFarthestFrom(wanted int) float64 {
	return float64(slices.MaxFunc(p.requests, func(a, b int) int { return max(a-wanted, wanted-a) - max(b-wanted, wanted-b) }))
}
