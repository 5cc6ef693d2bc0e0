package qcc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The decoder reads the body that section 6.2.1 of the interface document describes. It is tolerant where the document contradicts
// itself or where other interfaces on the same host differ: field names in any letter case, "msg" or "message", the status and the
// counts as numbers or as strings, the result as a list or as one object. It is strict where it could otherwise return a wrong number. A count
// that cannot be used is the problem of its module only: it is nil, and Module.Unusable has what the service stated.

const (
	// maxModules limits the quota modules of an answer. Three are known, and Terraform takes minutes for tens of thousands.
	maxModules = 1000
	// maxCode is the largest status code. Known codes have three digits, and a longer number could be a part of a credential.
	maxCode = 9999
	// maxIDLength is how many characters a module id may have.
	maxIDLength = 64
	// maxStated is how many characters are kept of a value that is no count.
	maxStated = 40
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

		if _, twice := modules[id]; twice {
			return nil, &defect{problem: ProblemModuleTwice, module: r.safe(id)}
		}

		modules[id] = wire.module(id, r)
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

// module decodes the counts of a module. A count is nil if the service did not state it, if it is unusable, or if it needs such a count.
func (w *wireModule) module(id string, r *redactor) Module {
	var (
		counts   [3]*int64
		unusable []UnusableCount
	)

	for i, field := range [...]struct {
		name  string
		value *value
	}{{TotalCount, &w.Total}, {ConsumedCount, &w.Consumed}, {DeletableCount, &w.Deletable}} {
		switch count, ok := field.value.count(); {
		case field.value.twice: // Which of the two values is wrong is not known.
			unusable = append(unusable, UnusableCount{Field: field.name})
		case ok:
			counts[i] = &count
		case field.value.kind != kindNull:
			unusable = append(unusable, UnusableCount{Field: field.name, Stated: r.safeUpTo(field.value.quoted(), maxStated)})
		}
	}

	module := Module{Name: moduleName(id), Total: counts[0], Consumed: counts[1], Deletable: counts[2], Unusable: unusable}
	if module.Total != nil && module.Consumed != nil {
		module.Remaining = new(*module.Total - *module.Consumed) // Neither is negative, so 64 bits hold the difference.
	}

	return module
}

// kind is the JSON type of a value.
type kind int

const (
	kindNull kind = iota // The value is null or absent.
	kindString
	kindOther   // The value is true, false, or a number that is not a kindInteger.
	kindInteger // The value is a 64-bit integer, written with digits and a minus sign at most.
	kindObject
	kindList
)

// value is a member of a JSON object. It records whether the object has the member twice, in any letter case. encoding/json would silently
// use the last one, which may be the wrong one.
type value struct {
	kind    kind
	text    string // The decoded string of a kindString, the JSON text of a kindOther, else empty.
	integer int64
	seen    bool
	twice   bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *value) UnmarshalJSON(raw []byte) error {
	*v = value{seen: true, twice: v.seen}

	switch raw[0] {
	case 'n':
	case '{':
		v.kind = kindObject
	case '[':
		v.kind = kindList
	case '"':
		v.kind = kindString

		if text := raw[1 : len(raw)-1]; !bytes.ContainsRune(text, '\\') && utf8.Valid(text) {
			v.text = string(text) // Nothing to decode.
		} else {
			return json.Unmarshal(raw, &v.text)
		}
	default:
		integer, err := strconv.ParseInt(string(raw), 10, 64)
		if err == nil && (integer != 0 || raw[0] != '-') {
			v.kind, v.integer = kindInteger, integer
		} else {
			v.kind, v.text = kindOther, string(raw)
		}
	}

	return nil
}

// String returns the value as a text: a string without quotes and escapes, a number or boolean as in the body, "" for null, "{…}" for an
// object, and "[…]" for a list.
func (v *value) String() string {
	switch v.kind {
	case kindObject:
		return "{…}"
	case kindList:
		return "[…]"
	case kindInteger:
		return strconv.FormatInt(v.integer, 10)
	default:
		return v.text
	}
}

// quoted returns what String returns, with quotes around a string.
func (v *value) quoted() string {
	if v.kind == kindString {
		return `"` + v.text + `"`
	}

	return v.String()
}

// count returns the value as a count: a whole number from 0 to 2^63-1. It returns false if the value is no count. It accepts 50, 50.0, 5e1,
// "50" and "50.0".
func (v *value) count() (int64, bool) {
	if v.kind == kindInteger {
		return v.integer, v.integer >= 0
	}

	return parseCount(v.String())
}

// longestExponent limits exponents. The digits of a body are too few to compensate for a larger one.
const longestExponent = 2 * maxBody

// parseCount parses a number in JSON syntax. It never computes a number of more than 64 bits, however large the exponent is.
func parseCount(number string) (int64, bool) {
	if !isJSONNumber(number) {
		return 0, false
	}

	mantissa, exponent, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(number, "-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.TrimLeft(whole+fraction, "0")
	leadingZeros := len(whole+fraction) - len(significant)
	significant = strings.TrimRight(significant, "0")

	if significant == "" {
		return 0, true
	}

	shift, _ := strconv.Atoi(cmp.Or(exponent, "0")) // If an int cannot hold the exponent, Atoi returns the nearest int.
	shift = max(-longestExponent, min(shift, longestExponent))

	// wholeDigits is how many digits are before the decimal point, without leading zeros. It is negative for small fractions.
	wholeDigits := len(whole) - leadingZeros + shift
	if strings.HasPrefix(number, "-") || wholeDigits < len(significant) || wholeDigits > len(strconv.Itoa(math.MaxInt64)) {
		return 0, false
	}

	count, err := strconv.ParseInt(significant+strings.Repeat("0", wholeDigits-len(significant)), 10, 64)
	if err != nil {
		return 0, false
	}

	return count, true
}

// isJSONNumber reports whether a text is a JSON number without white space around it.
func isJSONNumber(text string) bool {
	isDigit := func(char byte) bool { return '0' <= char && char <= '9' }

	return text != "" && (isDigit(text[0]) || text[0] == '-') && isDigit(text[len(text)-1]) && json.Valid([]byte(text))
}
