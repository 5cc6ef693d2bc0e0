package qcc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The decoder reads the body that section 6.2.1 of the interface document describes. It is tolerant where the document contradicts
// itself or where other interfaces on the same host differ: field names in any letter case, "msg" or "message", the status and the
// counts as numbers or as strings, the result as a list or as one object. It is strict where it could otherwise return a wrong number.

const (
	// maxModules limits the quota modules of an answer. Three are known, and Terraform takes minutes for tens of thousands.
	maxModules = 1000
	// maxCode is the largest status code. Known codes have three digits, and a longer number could be a part of a credential.
	maxCode = 9999
	// maxIDLength is how many characters a module id may have.
	maxIDLength = 64
)

type wireAnswer struct {
	Status  value      `json:"status"`
	Msg     value      `json:"msg"`
	Message value      `json:"message"`
	Result  wireResult `json:"result"`
}

type wireModule struct {
	ID        value `json:"id"`
	Total     value `json:"totalCount"`
	Consumed  value `json:"consumedCount"`
	Deletable value `json:"canDeletedCount"`
}

// decodeQuota decodes the body of an answer. If the class of the status code is neither ClassOK nor ClassEmpty, the error is a
// *StatusError. Every other error is an *AnswerError without its Response. The Status is zero if the body holds no valid status code.
func decodeQuota(body []byte, r *redactor) (Quota, Status, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // This is a byte-order mark, which JSON does not allow.

	var (
		wire   wireAnswer
		syntax *json.SyntaxError
	)

	err := json.Unmarshal(body, &wire)

	switch {
	case errors.As(err, &syntax):
		return Quota{}, Status{}, &AnswerError{Problem: ProblemNoJSON}
	case err != nil:
		return Quota{}, Status{}, &AnswerError{Problem: ProblemNoObject}
	case wire.Status.twice || wire.Result.twice:
		return Quota{}, Status{}, &AnswerError{Problem: ProblemTwice}
	}

	status, err := decodeStatus(wire.Status, r)
	if err != nil {
		return Quota{}, Status{}, err
	}

	if status.Class != ClassOK && status.Class != ClassEmpty {
		return Quota{}, status, &StatusError{Status: status, Message: r.words(cmp.Or(wire.Msg.String(), wire.Message.String()))}
	}

	modules, err := decodeModules(wire.Result, r)

	switch {
	case err != nil:
		return Quota{}, status, err
	case status.Class == ClassOK && modules == nil:
		return Quota{}, status, &AnswerError{Problem: ProblemNoResult}
	case status.Class == ClassEmpty && len(modules) > 0:
		return Quota{}, status, &AnswerError{Problem: ProblemResult}
	default:
		return Quota{Modules: modules, NoRecord: status.Class == ClassEmpty}, status, nil
	}
}

// decodeStatus reads the status code. The error is an *AnswerError without its Response.
func decodeStatus(said value, r *redactor) (Status, error) {
	if !said.seen {
		return Status{}, &AnswerError{Problem: ProblemNoStatus}
	}

	code, err := strconv.ParseUint(strings.TrimSpace(said.String()), 10, 31)
	if err != nil || code > maxCode {
		return Status{}, &AnswerError{Problem: ProblemStatus, Value: r.words(said.String())}
	}

	return Lookup(int(code)), nil
}

// wireResult holds the JSON of a result: a list of modules, or one module. decodeModules decodes it later, because answers with other
// status codes need no modules.
type wireResult struct {
	raw   json.RawMessage // Nil if the result is absent or null.
	seen  bool
	twice bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *wireResult) UnmarshalJSON(raw []byte) error {
	*r = wireResult{seen: true, twice: r.seen}

	if raw[0] != 'n' {
		r.raw = bytes.Clone(raw)
	}

	return nil
}

// decodeModules decodes the quota modules of a result. The map is nil if the result is absent or null, and empty if the list is empty.
func decodeModules(result wireResult, r *redactor) (map[string]Module, error) {
	if result.raw == nil {
		return nil, nil //nolint:nilnil // A nil map means that there is no result.
	}

	modules := make(map[string]Module)
	decoder := json.NewDecoder(bytes.NewReader(result.raw))

	if result.raw[0] == '[' {
		_, _ = decoder.Token()
	}

	var wire wireModule

	for decoder.More() {
		if len(modules) == maxModules {
			return nil, &AnswerError{Problem: ProblemManyModules}
		}

		wire = wireModule{} // All modules share one variable, because a variable in the loop is allocated for each.
		if decoder.Decode(&wire) != nil {
			return nil, &AnswerError{Problem: ProblemNoObject}
		}

		id, err := wire.id(r)
		if err != nil {
			return nil, err
		}

		module, err := wire.module(id, r)
		if err != nil {
			return nil, err
		}

		if _, twice := modules[id]; twice {
			return nil, &AnswerError{Problem: ProblemModuleTwice, Module: r.words(id)}
		}

		modules[id] = module
	}

	return modules, nil
}

// id returns the id of the module. The id becomes a key in Terraform's state, so it must hold no secret, and Terraform must store it
// unchanged.
func (w *wireModule) id(r *redactor) (string, error) {
	id := w.ID.String()

	switch {
	case w.ID.twice || w.ID.kind != kindString || id == "":
		return "", &AnswerError{Problem: ProblemID}
	case !IsPlainID(id):
		return "", &AnswerError{Problem: ProblemIDText, Value: r.words(id)}
	case r.hides(id):
		return "", &AnswerError{Problem: ProblemIDSecret}
	default:
		return id, nil
	}
}

// IsPlainID reports whether an id is safe in Terraform's state and output. Terraform normalises keys to NFC, and wraps its output at
// spaces. Some CI systems interpret a line that begins with "::", or that contains "##", as a command.
func IsPlainID(id string) bool {
	isOdd := func(char rune) bool { return !isVisible(char) || char == ' ' || char == utf8.RuneError }

	return utf8.RuneCountInString(id) <= maxIDLength && norm.NFC.IsNormalString(id) && !strings.ContainsFunc(id, isOdd) &&
		!strings.Contains(id, "::") && !strings.Contains(id, "##")
}

// module decodes the counts of a module. Its Remaining is nil if the service did not state both counts that it needs.
func (w *wireModule) module(id string, r *redactor) (Module, error) {
	module := Module{Name: moduleName(id)}
	counts := make([]int64, 0, 4) // One block holds all counts of a module, and never has to grow.

	for _, field := range [...]struct {
		name  string
		value *value
		count **int64
	}{
		{"totalCount", &w.Total, &module.Total},
		{"consumedCount", &w.Consumed, &module.Consumed},
		{"canDeletedCount", &w.Deletable, &module.Deletable},
	} {
		switch {
		case field.value.twice:
			return Module{}, &AnswerError{Problem: ProblemCountTwice, Module: r.words(id), Field: field.name}
		case field.value.kind == kindNull:
			continue // The service did not state it.
		}

		count, problem := field.value.count()
		if problem != "" {
			return Module{}, &AnswerError{Problem: problem, Module: r.words(id), Field: field.name, Value: r.words(field.value.String())}
		}

		counts = append(counts, count)
		*field.count = &counts[len(counts)-1]
	}

	if module.Total != nil && module.Consumed != nil {
		counts = append(counts, *module.Total-*module.Consumed) // Neither is negative, so 64 bits hold the difference.
		module.Remaining = &counts[len(counts)-1]
	}

	return module, nil
}
