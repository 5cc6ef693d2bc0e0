// Command mutants changes the code in small ways and checks whether a test notices each change. It prints each mutant that no test
// notices, and fails if one of them is not in the list of accepted ones.
//
// Most mutants of a package are in one test binary, in which an environment variable turns one of them on. A mutant that cannot be turned on
// while the program runs, such as another constant, has its own binary. Both are built with an overlay, so that no file of the tree changes.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

// target is a package whose code has mutants.
type target struct {
	folder string
	files  []string // The files with mutants; all if empty.
	tests  []string // Patterns of the tests to run. The tests of a later pattern run only if those of the earlier patterns pass.
	skip   string   // A pattern of the tests that must not run.
}

// targets returns the packages with mutants, and the tests that must notice them. It excludes slow tests, and tests that require Terraform.
func targets() []target {
	return []target{
		{
			folder: "internal/qcc",
			tests:  []string{"", "^Test(AShortenedTextShowsNoPartOfASecret|NetHTTPRepeatsNoRequest|SharingInRandomOrder|ATimeoutNamesTheStage)$"},
			skip:   "^Test(AThousandPipelines|Soak)$",
		},
		{
			folder: "internal/provider",
			files: []string{
				"shortfall.go", "shortfalls_function.go", "quota_gate_change.go", "quota_gate_ledger.go", "quota_gate_requirement.go",
			},
			tests: []string{
				"^Test(Shortfalls|ShortfallsOfSomethingElse|RequirementsThatAreWrong|ARequirementOfAnUnknownModuleIsNotNamed|DefinitionOfShortfalls|" +
					"Ledger.*|GateRequirementsThatAreWrong|GateChanges|ImportIDs|TextsOfGates)$",
			},
		},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)

	passed, err := run(ctx)

	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}

	if err != nil || !passed {
		os.Exit(1)
	}
}

func run(ctx context.Context) (bool, error) {
	root := flag.String("root", "../..", "the root of the repository")
	list := flag.String("accepted", "accepted.txt", "the list of accepted mutants")
	atOnce := flag.Int("parallel", 2, "how many tests run at once")
	only := flag.String("only", "", "test the mutants of this file only, and do not report accepted mutants that a test notices")
	short := flag.Bool("short", false, "run the short tests only, as make test does")
	all := flag.Bool("v", false, "also print the mutants that are noticed")

	flag.Parse()

	accepted, err := readAccepted(*list)
	if err != nil {
		return false, err
	}

	absolute, err := filepath.Abs(*root)
	if err != nil {
		return false, err
	}

	scratch, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()

	var (
		began    = time.Now()
		survived = map[string]*mutant{}
		total    int
	)

	for _, t := range targets() {
		b := bench{root: absolute, scratch: scratch, target: t, atOnce: *atOnce, only: *only, all: *all, short: *short}

		mutants, err := b.run(ctx)
		if err != nil {
			return false, fmt.Errorf("%s: %w", t.folder, err)
		}

		total += len(mutants)

		for _, m := range mutants {
			if m.survived {
				survived[m.key()] = m
			}
		}
	}

	if total == 0 {
		return false, fmt.Errorf("%q has no mutants", *only)
	}

	passed := report(survived, accepted, *only == "")

	fmt.Printf("%d mutants, %d noticed, %d survived, in %s\n", total, total-len(survived), len(survived), time.Since(began).Round(time.Second))

	return passed, nil
}

// report prints the mutants that survived and are not accepted. If the run is complete, it also prints accepted ones that did not survive.
func report(survived map[string]*mutant, accepted map[string]string, complete bool) bool {
	passed := true

	for _, key := range slices.Sorted(maps.Keys(survived)) {
		if accepted[key] == "" {
			fmt.Printf("no test notices this mutant, and the list of accepted mutants does not have it: line %d of %s\n", survived[key].line, key)

			passed = false
		}
	}

	for _, key := range slices.Sorted(maps.Keys(accepted)) {
		if complete && survived[key] == nil {
			fmt.Printf("remove this mutant from the list, because a test notices it or it no longer exists: %s\n", key)

			passed = false
		}
	}

	return passed
}
