package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// mutant is one change of the code.
type mutant struct {
	number       int
	file, within string // The path below the root, and the name of the function.
	line         int
	was, is      string // The code before and after the change, each in one line.
	ordinal      int    // The number among the mutants that look the same, from 1.

	start, end  int // The position of the bytes that are replaced.
	replacement string

	survived bool
}

// key is the name of a mutant in the list of accepted ones. It has no line number, because that changes with everything above it.
func (m *mutant) key() string {
	key := fmt.Sprintf("%s, %s: %s → %s", m.file, m.within, m.was, m.is)
	if m.ordinal > 1 {
		key += fmt.Sprintf(" #%d", m.ordinal)
	}

	return key
}

// form is the kind of code that turns a mutant on while the program runs.
type form int

const (
	condition form = iota // A bool. Either the original or the change is evaluated.
	operand               // Any other value. Both the original and the change are evaluated.
	statement             // A statement that is left out.
)

// site is a place in the code that has mutants.
type site struct {
	form       form
	typ        string // The type of an operand.
	constant   bool   // The site is in a constant, which cannot change while the program runs.
	start, end int
	mutants    []*mutant
}

// finder finds the mutants of one file.
type finder struct {
	path    string
	source  []byte
	fset    *token.FileSet
	info    *types.Info
	own     *types.Package
	parents []ast.Node

	sites  []*site
	byNode map[ast.Node]*site
}

func (f *finder) find(file *ast.File) []*site {
	f.byNode = map[ast.Node]*site{}

	ast.PreorderStack(file, nil, func(node ast.Node, parents []ast.Node) bool {
		f.parents = parents

		switch node := node.(type) {
		case *ast.ImportSpec, *ast.FieldList:
			return false
		case ast.Expr:
			f.expression(node)
		case *ast.IncDecStmt:
			if loop, ok := f.parent().(*ast.ForStmt); ok && loop.Post == node {
				break // The loop would not end.
			}

			f.swap(node, node.TokPos, node.Tok, map[token.Token]token.Token{token.INC: token.DEC, token.DEC: token.INC})
		case *ast.AssignStmt:
			f.assignment(node)
		case *ast.ExprStmt:
			f.drop(node, node.X)
		case *ast.DeferStmt:
			f.drop(node, node.Call)
		case *ast.GoStmt:
			f.drop(node, node.Call)
		case *ast.ReturnStmt:
			f.earlyReturn(node)
		case *ast.BranchStmt:
			if node.Tok == token.CONTINUE {
				f.add(node, statement, "", "", "(dropped)")
			}
		case *ast.CaseClause:
			f.values(node)
		}

		return true
	})

	slices.SortStableFunc(f.sites, func(a, b *site) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })

	return f.sites
}

// others holds the operators that a programmer may confuse with an operator. For a comparison, that is the one that differs at the boundary.
// == and != have none, because a test that notices a condition which is always true, or always false, notices them. && and || have none,
// because other mutants leave out one of their sides.
var others = map[token.Token][]token.Token{ //nolint:gochecknoglobals // This table never changes.
	token.LSS: {token.LEQ}, token.LEQ: {token.LSS}, token.GTR: {token.GEQ}, token.GEQ: {token.GTR},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
	token.SHL: {token.SHR}, token.SHR: {token.SHL}, token.AND: {token.OR}, token.OR: {token.AND},
}

// expression adds the mutants of one expression.
func (f *finder) expression(e ast.Expr) {
	if f.isWholeCondition(e) {
		both, _ := e.(*ast.BinaryExpr)

		if both == nil || both.Op != token.LAND { // If a side of && is left out, the condition is true more often.
			f.add(e, condition, "", "true", "true")
		}

		if both == nil || both.Op != token.LOR {
			f.add(e, condition, "", "false", "false")
		}
	}

	switch e := e.(type) {
	case *ast.BinaryExpr:
		f.binary(e)
	case *ast.UnaryExpr:
		f.unary(e)
	case *ast.BasicLit:
		f.literal(e)
	case *ast.SelectorExpr:
		f.constant(e)
	case *ast.CallExpr:
		f.call(e)
	case *ast.KeyValueExpr:
		f.field(e)
	}
}

// unary leaves out an operator before an expression.
func (f *finder) unary(e *ast.UnaryExpr) {
	switch e.Op { //nolint:exhaustive // The others change the type.
	case token.NOT:
		f.add(e, condition, "", f.text(e.X), f.text(e.X))
	case token.SUB:
		f.add(e, operand, f.typeOf(e), f.text(e.X), f.text(e.X))
	}
}

// isWholeCondition reports whether an expression is a bool that is no part of a larger one.
func (f *finder) isWholeCondition(e ast.Expr) bool {
	kind := f.info.Types[e]
	if kind.Type == nil || !kind.IsValue() || kind.Value != nil && !isBoolName(e) || f.inConstant() {
		return false
	}

	basic, ok := kind.Type.Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsBoolean == 0 {
		return false
	}

	switch parent := f.parent().(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr, *ast.ParenExpr, *ast.SelectorExpr:
		return false
	case *ast.AssignStmt:
		return !slices.Contains(parent.Lhs, e)
	case *ast.KeyValueExpr:
		return parent.Value == e
	case *ast.RangeStmt, *ast.ValueSpec, *ast.Field:
		return false
	default:
		return true
	}
}

func isBoolName(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)

	return ok && (name.Name == "true" || name.Name == "false")
}

func (f *finder) binary(e *ast.BinaryExpr) {
	form := operand

	if basic, ok := f.info.Types[e].Type.Underlying().(*types.Basic); ok && basic.Info()&types.IsBoolean != 0 {
		form = condition
	}

	if basic, ok := f.info.Types[e].Type.Underlying().(*types.Basic); ok && basic.Info()&types.IsString != 0 {
		return
	}

	f.swap(e, e.OpPos, e.Op, nil)

	if e.Op == token.LAND || e.Op == token.LOR {
		f.add(e, form, "", f.text(e.X), f.text(e.X))
		f.add(e, form, "", f.text(e.Y), f.text(e.Y))
	}
}

// swap replaces an operator by another one.
func (f *finder) swap(node ast.Node, at token.Pos, op token.Token, by map[token.Token]token.Token) {
	swaps := others[op]
	if by != nil {
		swaps = []token.Token{by[op]}
	}

	text, offset := f.text(node), int(at-node.Pos())

	for _, other := range swaps {
		changed := text[:offset] + other.String() + text[offset+len(op.String()):]

		switch node := node.(type) {
		case *ast.BinaryExpr:
			kind := f.info.Types[node]

			if basic, ok := kind.Type.Underlying().(*types.Basic); ok && basic.Info()&types.IsBoolean != 0 {
				f.add(node, condition, "", changed, changed)
			} else {
				f.add(node, operand, f.typeOf(node), changed, changed)
			}
		default:
			f.add(node, statement, "", changed, changed)
		}
	}
}

// constant adds and subtracts 1 if another package's constant, such as time.Minute, defines a constant.
func (f *finder) constant(e *ast.SelectorExpr) {
	if _, ok := f.parent().(*ast.ValueSpec); !ok || !f.inConstant() || !isInteger(f.info.Types[e].Type) {
		return
	}

	for _, other := range []string{f.text(e) + " + 1", f.text(e) + " - 1"} {
		f.add(e, operand, f.typeOf(e), other, other)
	}
}

// literal replaces a number by the next larger and the next smaller one.
func (f *finder) literal(e *ast.BasicLit) {
	typ := f.typeOf(e)

	switch e.Kind { //nolint:exhaustive // The others are no numbers.
	case token.INT:
		number, err := strconv.ParseInt(e.Value, 0, 64)
		if err != nil {
			return
		}

		more, less := true, !f.inTable()

		// In a comparison, one of the two numbers is left out. It has the same effect as the operator that differs at the boundary.
		if comparison, ok := f.parent().(*ast.BinaryExpr); ok && comparison.Y == e {
			switch comparison.Op { //nolint:exhaustive // The others are no comparisons.
			case token.GTR, token.LEQ, token.EQL, token.NEQ:
				less = false
			case token.LSS, token.GEQ:
				more = false
			}
		}

		if more {
			f.add(e, operand, typ, strconv.FormatInt(number+1, 10), strconv.FormatInt(number+1, 10))
		}

		if less {
			f.add(e, operand, typ, strconv.FormatInt(number-1, 10), strconv.FormatInt(number-1, 10))
		}
	case token.CHAR:
		if clause, ok := f.parent().(*ast.CaseClause); ok && clause.List != nil {
			return // See values.
		}

		f.add(e, operand, typ, e.Value+" + 1", e.Value+" + 1")
	}
}

// call swaps min and max, and leaves out one of their two arguments.
func (f *finder) call(e *ast.CallExpr) {
	name, ok := e.Fun.(*ast.Ident)
	if !ok || len(e.Args) != 2 {
		return
	}

	other := map[string]string{"min": "max", "max": "min"}[name.Name]
	if other == "" {
		return
	}

	other += strings.TrimPrefix(f.text(e), name.Name)

	f.add(e, operand, f.typeOf(e), other, other)

	for _, argument := range e.Args {
		f.add(e, operand, f.typeOf(e), f.text(argument), f.text(argument))
	}
}

// field leaves out a field of a composite literal.
func (f *finder) field(e *ast.KeyValueExpr) {
	kind := f.info.Types[e.Value]
	if kind.IsNil() || kind.Type == nil || f.inTable() || isBoolean(kind.Type) {
		return
	}

	if literal, ok := e.Value.(*ast.CompositeLit); ok && literal.Type == nil {
		return
	}

	if literal, ok := e.Value.(*ast.BasicLit); ok && literal.Kind != token.STRING {
		return
	}

	f.add(e.Value, operand, "", "", "(zero)")
}

func (f *finder) assignment(s *ast.AssignStmt) {
	switch s.Tok { //nolint:exhaustive // The others have no counterpart.
	case token.ADD_ASSIGN:
		if !isInteger(f.info.Types[s.Lhs[0]].Type) {
			break
		}

		f.swap(s, s.TokPos, s.Tok, map[token.Token]token.Token{token.ADD_ASSIGN: token.SUB_ASSIGN})
	case token.SUB_ASSIGN:
		f.swap(s, s.TokPos, s.Tok, map[token.Token]token.Token{token.SUB_ASSIGN: token.ADD_ASSIGN})
	case token.DEFINE:
		return
	}

	if f.isInBlock(s) {
		f.add(s, statement, "", "", "(dropped)")
	}
}

// isInBlock reports whether a statement is directly in a block. Statements of a loop's head, for example, are not.
func (f *finder) isInBlock(s ast.Stmt) bool {
	switch parent := f.parent().(type) {
	case *ast.BlockStmt, *ast.CaseClause:
		return true
	case *ast.CommClause:
		return parent.Comm != s
	default:
		return false
	}
}

// drop leaves out a call. It keeps calls of mutexes, because without them a program only fails with the race detector, or hangs.
func (f *finder) drop(s ast.Stmt, call ast.Expr) {
	for _, mutex := range []string{"mu.Lock()", "mu.Unlock()"} {
		if strings.HasSuffix(f.text(call), mutex) {
			return
		}
	}

	if f.isInBlock(s) {
		f.add(s, statement, "", "", "(dropped)")
	}
}

// earlyReturn leaves out a return that ends a block of several statements. In a block without others, a mutant of the condition does the same.
func (f *finder) earlyReturn(s *ast.ReturnStmt) {
	block, ok := f.parent().(*ast.BlockStmt)
	if !ok || len(block.List) < 2 || len(f.parents) < 2 {
		return
	}

	if _, ok := f.parents[len(f.parents)-2].(*ast.IfStmt); ok {
		f.add(s, statement, "", "", "(dropped)")
	}
}

// values removes each value from the cases of a switch that has a tag.
func (f *finder) values(clause *ast.CaseClause) {
	if len(f.parents) < 2 {
		return
	}

	if s, ok := f.parents[len(f.parents)-2].(*ast.SwitchStmt); !ok || s.Tag == nil {
		return
	}

	for _, value := range clause.List {
		basic, ok := f.info.Types[value].Type.Underlying().(*types.Basic)

		switch {
		case !ok:
		case basic.Info()&types.IsString != 0:
			f.add(value, operand, f.typeOf(value), `"\x00"`, "(never)")
		case basic.Info()&types.IsInteger != 0:
			f.add(value, operand, f.typeOf(value), "99", "(never)")
		}
	}
}

// add stores a mutant that replaces a node.
func (f *finder) add(node ast.Node, form form, typ, replacement, is string) {
	if replacement == f.text(node) || form != statement && !f.compiles(node, typ, replacement) {
		return
	}

	within := "top"

	for _, parent := range f.parents {
		if function, ok := parent.(*ast.FuncDecl); ok {
			within = function.Name.Name
		}
	}

	place := f.byNode[node]
	if place == nil {
		place = &site{form: form, typ: typ, constant: f.inConstant(), start: f.offset(node.Pos()), end: f.offset(node.End())}
		f.byNode[node] = place
		f.sites = append(f.sites, place)
	}

	was := f.text(node)

	if form == operand && is != "(zero)" { // A number alone does not show the place.
		was, is = f.around(node, is)
	}

	place.mutants = append(place.mutants, &mutant{
		file: f.path, within: within, line: f.fset.Position(node.Pos()).Line, was: oneLine(was), is: oneLine(is),
		start: place.start, end: place.end, replacement: replacement,
	})
}

// compiles reports whether an expression can replace a node. A constant may be too large or too small for its place.
func (f *finder) compiles(node ast.Node, typ, replacement string) bool {
	if replacement == "" || f.inConstant() {
		return true
	}

	if typ != "" {
		replacement = typ + "(" + replacement + ")"
	}

	_, err := types.Eval(f.fset, f.own, node.Pos(), replacement)

	return err == nil
}

// around returns the expression around a node before and after a change. If its line is short, it returns the line.
func (f *finder) around(node ast.Node, is string) (string, string) {
	outer := node

	for _, parent := range slices.Backward(f.parents) {
		switch parent := parent.(type) {
		case ast.Expr, *ast.ValueSpec, *ast.AssignStmt, *ast.ReturnStmt:
		case *ast.CaseClause:
			if node.Pos() < parent.Colon {
				return f.replaced(f.offset(parent.Pos()), f.offset(parent.Colon), node, is)
			}

			return f.replaced(f.offset(outer.Pos()), f.offset(outer.End()), node, is)
		default:
			return f.replaced(f.offset(outer.Pos()), f.offset(outer.End()), node, is)
		}

		if len(f.text(parent)) > 90 || strings.Contains(f.text(parent), "\n") {
			break
		}

		outer = parent
	}

	return f.replaced(f.offset(outer.Pos()), f.offset(outer.End()), node, is)
}

func (f *finder) replaced(start, end int, node ast.Node, is string) (string, string) {
	return string(f.source[start:end]), string(f.source[start:f.offset(node.Pos())]) + is + string(f.source[f.offset(node.End()):end])
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (f *finder) parent() ast.Node { return f.parents[len(f.parents)-1] }

// inConstant reports whether a node is in the declaration of a constant.
func (f *finder) inConstant() bool {
	return slices.ContainsFunc(f.parents, func(node ast.Node) bool {
		declaration, ok := node.(*ast.GenDecl)

		return ok && declaration.Tok == token.CONST
	})
}

// inTable reports whether a node is in the declaration of a package variable.
func (f *finder) inTable() bool {
	declaration, ok := f.parents[min(1, len(f.parents)-1)].(*ast.GenDecl)

	return ok && declaration.Tok == token.VAR
}

func isInteger(typ types.Type) bool {
	basic, ok := typ.Underlying().(*types.Basic)

	return ok && basic.Info()&types.IsInteger != 0
}

func isBoolean(typ types.Type) bool {
	basic, ok := typ.Underlying().(*types.Basic)

	return ok && basic.Info()&types.IsBoolean != 0
}

// typeOf returns the type of an expression in the syntax of the file.
func (f *finder) typeOf(e ast.Expr) string {
	typ := types.Default(f.info.Types[e].Type)

	return types.TypeString(typ, func(p *types.Package) string {
		if p == f.own {
			return ""
		}

		return p.Name()
	})
}

func (f *finder) offset(at token.Pos) int { return f.fset.Position(at).Offset }

func (f *finder) text(node ast.Node) string {
	return string(f.source[f.offset(node.Pos()):f.offset(node.End())])
}
