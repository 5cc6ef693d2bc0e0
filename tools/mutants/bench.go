package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// bench tests the mutants of one target.
type bench struct {
	root, scratch string
	target        target
	atOnce        int
	only          string
	all           bool
	short         bool

	name    string            // The name of the package.
	sources map[string][]byte // The sources of the package, by path.
	timeout time.Duration
}

// run finds the mutants, and marks those that survive.
func (b *bench) run(ctx context.Context) ([]*mutant, error) {
	sites, err := b.find(ctx)
	if err != nil {
		return nil, err
	}

	number := 0

	for _, m := range mutantsOf(sites) {
		number++
		m.number = number
	}

	binary := filepath.Join(b.scratch, b.name+".test")

	alone, err := b.buildTogether(ctx, sites, binary)
	if err != nil {
		return nil, err
	}

	began := time.Now()

	if output, err := b.test(ctx, binary, 0, 10*time.Minute); err != nil {
		return nil, fmt.Errorf("the tests fail without a mutant: %w\n%s", err, output)
	}

	fmt.Printf("%s: testing %d changes, %d of which are built alone\n", b.target.folder, number, countTrue(alone))

	b.timeout = 15*time.Second + 4*time.Since(began)

	return b.testAll(ctx, sites, alone, binary)
}

func countTrue(set map[*mutant]bool) int {
	count := 0

	for _, in := range set {
		if in {
			count++
		}
	}

	return count
}

// testAll tests each mutant, and returns those that compile.
func (b *bench) testAll(ctx context.Context, sites map[string][]*site, alone map[*mutant]bool, binary string) ([]*mutant, error) {
	var (
		mu       sync.Mutex
		workers  sync.WaitGroup
		compiled []*mutant
		failure  error
	)

	work := make(chan *mutant)

	for worker := range b.atOnce {
		workers.Go(func() {
			for m := range work {
				began := time.Now()
				exists, err := b.testOne(ctx, m, alone[m], binary, fmt.Sprint(b.name, worker))

				mu.Lock()

				failure = errors.Join(failure, err)

				if exists {
					compiled = append(compiled, m)
				}

				mu.Unlock()

				if exists && b.all {
					fmt.Printf("%6s survived: %-5t %s:%d: %s → %s\n", time.Since(began).Round(100*time.Millisecond), m.survived, m.file, m.line, m.was, m.is)
				}
			}
		})
	}

	for _, m := range mutantsOf(sites) {
		if ctx.Err() == nil {
			work <- m
		}
	}

	close(work)
	workers.Wait()

	return compiled, errors.Join(failure, ctx.Err())
}

// testOne tests a mutant, and reports whether it compiles.
func (b *bench) testOne(ctx context.Context, m *mutant, alone bool, binary, worker string) (bool, error) {
	number := m.number

	if alone {
		folder := filepath.Join(b.scratch, worker)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return false, err
		}

		path := filepath.Join(b.root, m.file)
		source := b.sources[path]
		changed := string(source[:m.start]) + m.replacement + string(source[m.end:])

		overlay, err := writeOverlay(folder, map[string]string{path: changed})
		if err != nil {
			return false, err
		}

		binary = filepath.Join(folder, "alone.test")

		if _, err := b.build(ctx, overlay, binary); err != nil {
			return false, nil //nolint:nilerr // A change that does not compile is no mutant.
		}

		number = 0
	}

	_, err := b.test(ctx, binary, number, b.timeout)
	m.survived = err == nil

	return true, ctx.Err()
}

// test runs the tests with one mutant turned on. It returns an error if a test fails or does not end. The first failure ends the tests.
func (b *bench) test(ctx context.Context, binary string, number int, timeout time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	for i, pattern := range b.target.tests {
		// Skip the tests that never run, and those that run later.
		skip := strings.Join(slices.DeleteFunc(append([]string{b.target.skip}, b.target.tests[i+1:]...), func(s string) bool { return s == "" }), "|")
		output := &untilFailure{end: cancel}

		command := exec.CommandContext(ctx, binary, //nolint:gosec // buildTogether or testOne has built the binary.
			fmt.Sprintf("-test.short=%t", b.short), "-test.failfast", "-test.parallel=32", "-test.run="+pattern, "-test.skip="+skip)
		command.Dir = filepath.Join(b.root, b.target.folder)
		command.WaitDelay = time.Second
		command.Stdout, command.Stderr = output, output

		command.Env = append(os.Environ(), variable+"="+strconv.Itoa(number))

		if err := command.Run(); err != nil {
			return output.Bytes(), err
		}
	}

	return nil, nil
}

// untilFailure collects the output of tests, and calls a function once one has failed.
type untilFailure struct {
	bytes.Buffer

	end func()
}

func (u *untilFailure) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte("--- FAIL: ")) {
		u.end()
	}

	return u.Buffer.Write(text)
}

// buildTogether builds a binary with all mutants that it can turn on while it runs. It returns the others.
func (b *bench) buildTogether(ctx context.Context, sites map[string][]*site, binary string) (map[*mutant]bool, error) {
	alone := map[*mutant]bool{}

	for _, places := range sites {
		for _, place := range places {
			for _, m := range place.mutants {
				alone[m] = place.constant
			}
		}
	}

	for {
		files := map[string]string{filepath.Join(b.root, b.target.folder, "switchboard_of_mutants.go"): fmt.Sprintf(switchboard, b.name)}

		for path, places := range sites {
			together := slices.DeleteFunc(slices.Clone(places), func(s *site) bool { return alone[s.mutants[0]] })
			files[path] = render(b.sources[path], 0, len(b.sources[path]), together)
		}

		overlay, err := writeOverlay(b.scratch, files)
		if err != nil {
			return nil, err
		}

		output, err := b.build(ctx, overlay, binary)
		if err == nil {
			return alone, nil
		}

		if b.all {
			fmt.Printf("%s\n", output)
		}

		if !b.setApart(output, sites, alone) {
			return nil, fmt.Errorf("the mutants cannot be built together: %w\n%s", err, output)
		}
	}
}

// setApart marks the mutants in the lines of compiler errors to be built alone. It reports whether it has found new ones.
func (b *bench) setApart(output []byte, sites map[string][]*site, alone map[*mutant]bool) bool {
	found := false
	complaint := regexp.MustCompile(`(?m)^\S*?([^/\s:]+\.go):(\d+):`)

	for _, place := range complaint.FindAllSubmatch(output, -1) {
		line, _ := strconv.Atoi(string(place[2]))
		path := filepath.Join(b.root, b.target.folder, string(place[1]))

		for _, place := range sites[path] {
			first := bytes.Count(b.sources[path][:place.start], []byte("\n")) + 1

			if first != line {
				continue
			}

			for _, m := range place.mutants {
				found = found || !alone[m]
				alone[m] = true
			}
		}
	}

	return found
}

func (b *bench) build(ctx context.Context, overlay, binary string) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-gcflags=-e", "-ldflags=-s -w", "-overlay", overlay, "-o", binary, "./"+b.target.folder) //nolint:gosec // The arguments come from targets.
	command.Dir = b.root

	return command.CombinedOutput()
}

// find returns the sites of each file of the target.
func (b *bench) find(ctx context.Context) (map[string][]*site, error) {
	files, exports, err := b.list(ctx)
	if err != nil {
		return nil, err
	}

	var (
		fset   = token.NewFileSet()
		parsed []*ast.File
	)

	b.sources = map[string][]byte{}

	for _, path := range files {
		source, err := os.ReadFile(path) //nolint:gosec // The path is a file of the package.
		if err != nil {
			return nil, err
		}

		file, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}

		b.sources[path], parsed = source, append(parsed, file)
	}

	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}

	own, err := config.Check(b.target.folder, fset, parsed, info)
	if err != nil {
		return nil, err
	}

	b.name = own.Name()
	sites := map[string][]*site{}

	for i, path := range files {
		name := filepath.Base(path)
		if len(b.target.files) > 0 && !slices.Contains(b.target.files, name) || b.only != "" && b.only != name {
			continue
		}

		f := &finder{path: filepath.ToSlash(filepath.Join(b.target.folder, name)), source: b.sources[path], fset: fset, info: info, own: own}
		sites[path] = f.find(parsed[i])
	}

	seen := map[string]int{}

	for _, m := range mutantsOf(sites) {
		seen[m.key()]++
		m.ordinal = seen[m.key()]
	}

	return sites, nil
}

// list returns the files of the package, and the paths of the compiled packages that it imports.
func (b *bench) list(ctx context.Context) ([]string, map[string]string, error) {
	command := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles,DepOnly", "./"+b.target.folder) //nolint:gosec // The arguments come from targets.
	command.Dir = b.root
	command.Stderr = os.Stderr

	output, err := command.Output()
	if err != nil {
		return nil, nil, err
	}

	var (
		files   []string
		exports = map[string]string{}
		decoder = json.NewDecoder(bytes.NewReader(output))
	)

	for decoder.More() {
		var listed struct {
			ImportPath string   `json:"ImportPath"`
			Export     string   `json:"Export"`
			Dir        string   `json:"Dir"`
			GoFiles    []string `json:"GoFiles"`
			DepOnly    bool     `json:"DepOnly"`
		}

		if err := decoder.Decode(&listed); err != nil {
			return nil, nil, err
		}

		exports[listed.ImportPath] = listed.Export

		if !listed.DepOnly {
			for _, name := range listed.GoFiles {
				files = append(files, filepath.Join(listed.Dir, name))
			}
		}
	}

	return files, exports, nil
}

// mutantsOf returns the mutants of all files, sorted by their places.
func mutantsOf(sites map[string][]*site) []*mutant {
	var mutants []*mutant

	paths := make([]string, 0, len(sites))
	for path := range sites {
		paths = append(paths, path)
	}

	slices.Sort(paths)

	for _, path := range paths {
		for _, place := range sites[path] {
			mutants = append(mutants, place.mutants...)
		}
	}

	return mutants
}
