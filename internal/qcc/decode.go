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

// answer is what the body of a response states.
type answer struct {
	// status is zero if the body holds no valid status code.
	status Status
	// message is the service's text beside the status code; zero if it sent none.
	message SafeText
	// quota is zero unless the class of the status code is ClassOK or ClassEmpty.
	quota Quota
	// defect is the reason why the body cannot be used; nil if it can.
	defect *defect
}

// defect is what is wrong with a body. AnswerError describes its fields.
type defect struct {
	problem       Problem
	module, value SafeText
	field         string
}

// decode decodes the body of a response.
func decode(body []byte, r *redactor) answer {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // This is a byte-order mark, which JSON does not allow.

	var (
		wire   wireAnswer
		syntax *json.SyntaxError
	)

	err := json.Unmarshal(body, &wire)

	switch {
	case errors.As(err, &syntax):
		return answer{defect: &defect{problem: ProblemNoJSON}}
	case err != nil:
		return answer{defect: &defect{problem: ProblemNoObject}}
	case wire.Status.twice || wire.Result.twice:
		return answer{defect: &defect{problem: ProblemTwice}}
	case !wire.Status.seen:
		return answer{defect: &defect{problem: ProblemNoStatus}}
	}

	code, err := strconv.ParseUint(strings.TrimSpace(wire.Status.String()), 10, 31)
	if err != nil || code > maxCode {
		return answer{defect: &defect{problem: ProblemStatus, value: r.safe(wire.Status.String())}}
	}

	decoded := answer{status: Lookup(int(code))}
	if !decoded.status.hasQuota() {
		decoded.message = r.safe(cmp.Or(wire.Msg.String(), wire.Message.String()))

		return decoded
	}

	modules, wrong := decodeModules(wire.Result, r)
	isEmpty := decoded.status.Class == ClassEmpty

	switch {
	case wrong != nil:
		decoded.defect = wrong
	case !isEmpty && modules == nil:
		decoded.defect = &defect{problem: ProblemNoResult}
	case isEmpty && len(modules) > 0:
		decoded.defect = &defect{problem: ProblemResult}
	default:
		decoded.quota = Quota{Modules: modules, NoRecord: isEmpty}
	}

	return decoded
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
func decodeModules(result wireResult, r *redactor) (map[string]Module, *defect) {
	if result.raw == nil {
		return nil, nil
	}

	modules := make(map[string]Module)
	decoder := json.NewDecoder(bytes.NewReader(result.raw))

	if result.raw[0] == '[' {
		_, _ = decoder.Token()
	}

	for decoder.More() {
		if len(modules) == maxModules {
			return nil, &defect{problem: ProblemManyModules}
		}

		var wire wireModule
		if decoder.Decode(&wire) != nil {
			return nil, &defect{problem: ProblemNoObject}
		}

		id, wrong := wire.id(r)
		if wrong != nil {
			return nil, wrong
		}

		module, wrong := wire.module(id, r)
		if wrong != nil {
			return nil, wrong
		}

		if _, twice := modules[id]; twice {
			return nil, &defect{problem: ProblemModuleTwice, module: r.safe(id)}
		}

		modules[id] = module
	}

	return modules, nil
}

// id returns the id of the module. The id becomes a key in Terraform's state, so it must hold no secret, and Terraform must store it
// unchanged.
func (w *wireModule) id(r *redactor) (string, *defect) {
	id := w.ID.String()

	switch {
	case w.ID.twice || w.ID.kind != kindString || id == "":
		return "", &defect{problem: ProblemID}
	case !IsPlainID(id):
		return "", &defect{problem: ProblemIDText, value: r.safe(id)}
	case r.hides(id):
		return "", &defect{problem: ProblemIDSecret}
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

// module decodes the counts of a module. A count is nil if the service did not state it, or a count that it needs.
func (w *wireModule) module(id string, r *redactor) (Module, *defect) {
	var counts [3]*int64

	for i, field := range [...]struct {
		name  string
		value *value
	}{{"totalCount", &w.Total}, {"consumedCount", &w.Consumed}, {"canDeletedCount", &w.Deletable}} {
		count, problem := field.value.statedCount()
		switch problem {
		case "":
			counts[i] = count
		case ProblemCountTwice: // Which of the two values is wrong is not known.
			return Module{}, &defect{problem: problem, module: r.safe(id), field: field.name}
		default:
			return Module{}, &defect{problem: problem, module: r.safe(id), field: field.name, value: r.safe(field.value.String())}
		}
	}

	module := Module{Name: moduleName(id), Total: counts[0], Consumed: counts[1], Deletable: counts[2]}
	if module.Total != nil && module.Consumed != nil {
		module.Remaining = new(*module.Total - *module.Consumed) // Neither is negative, so 64 bits hold the difference.
	}

	return module, nil
}
