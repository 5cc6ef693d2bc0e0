package qcc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The decoder reads the body of interface document section 6.2.1. It is tolerant where the document contradicts itself or where
// sibling interfaces differ: field names in any letter case, "msg" or "message", the status and the counts as numbers or as
// strings, the result as a list or as one object. It is strict where a wrong number could slip through. Its errors say what is
// wrong in words that follow "the answer", and repeat the service's words as they came: what escapes them would hide a credential
// from redaction.

var (
	errNoObject = errors.New("has something else where an object is expected")
	errNotWhole = errors.New("that is not a whole number")
	errTooLarge = errors.New("beyond what 64 bits can hold")
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

// decodeQuota reads an answer. The error is a *StatusError, with the message as the service wrote it, if the service answered
// something other than the quota. The Status is zero if the body does not hold one.
func decodeQuota(body []byte) (Quota, Status, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // A byte-order mark, which JSON does not allow.

	var (
		wire   wireAnswer
		syntax *json.SyntaxError
	)

	err := json.Unmarshal(body, &wire)

	switch {
	case errors.As(err, &syntax):
		return Quota{}, Status{}, errors.New("is not JSON")
	case err != nil:
		return Quota{}, Status{}, errNoObject
	case wire.Status.twice || wire.Result.twice:
		return Quota{}, Status{}, errors.New("has its status or its result twice")
	}

	code, err := strconv.ParseUint(strings.TrimSpace(wire.Status.String()), 10, 31)
	if err != nil {
		return Quota{}, Status{}, fmt.Errorf("has a status that is not a status code: %s", wire.Status.shown())
	}

	status := Lookup(int(code))
	if status.Class != ClassOK && status.Class != ClassEmpty {
		return Quota{}, status, &StatusError{Status: status, Message: cmp.Or(wire.Msg.String(), wire.Message.String())}
	}

	modules, err := decodeModules(wire.Result)

	switch {
	case err != nil:
		return Quota{}, status, err
	case status.Class == ClassOK && modules == nil:
		return Quota{}, status, errors.New("has no result, although its status code promises one")
	case status.Class == ClassEmpty && len(modules) > 0:
		return Quota{}, status, errors.New("has modules, although its status code says that there are none")
	default:
		return Quota{Modules: modules, NoRecord: status.Class == ClassEmpty}, status, nil
	}
}

// wireResult is a list of modules, or one module. It is decoded only if it is asked for.
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

// decodeModules reads the modules of a result. No result (absent or null) gives nil, an empty list an empty map.
func decodeModules(result wireResult) (map[string]Module, error) {
	if result.raw == nil {
		return nil, nil //nolint:nilnil // Nil is what tells no result from an empty one.
	}

	modules := make(map[string]Module)
	decoder := json.NewDecoder(bytes.NewReader(result.raw))

	if result.raw[0] == '[' {
		_, _ = decoder.Token()
	}

	var wire wireModule

	for decoder.More() {
		wire = wireModule{} // One for all: it would be allocated for each module otherwise.
		if decoder.Decode(&wire) != nil {
			return nil, errNoObject
		}

		id, module, err := wire.decode()
		if err != nil {
			return nil, err
		}

		if _, twice := modules[id]; twice {
			return nil, fmt.Errorf(`has the module "%s" twice`, id)
		}

		modules[id] = module
	}

	return modules, nil
}

func (w *wireModule) decode() (string, Module, error) {
	id := w.ID.String()
	if w.ID.twice || w.ID.kind != kindString || id == "" {
		return "", Module{}, errors.New("has a module that does not have one id")
	}

	var (
		module = Module{Name: moduleName(id)}
		counts = new([4]int64) // One block for the counts of a module, most of which are stated.
		err    error
	)

	if module.Total, err = w.Total.countOf(id, "totalCount", &counts[0]); err != nil {
		return "", Module{}, err
	}

	if module.Consumed, err = w.Consumed.countOf(id, "consumedCount", &counts[1]); err != nil {
		return "", Module{}, err
	}

	if module.Deletable, err = w.Deletable.countOf(id, "canDeletedCount", &counts[2]); err != nil {
		return "", Module{}, err
	}

	if module.Total == nil || module.Consumed == nil {
		return id, module, nil
	}

	counts[3], err = subtract(*module.Total, *module.Consumed)
	if err != nil {
		return "", Module{}, fmt.Errorf(`has a module "%s" with totalCount - consumedCount %w`, id, err)
	}

	module.Remaining = &counts[3]

	return id, module, nil
}

func subtract(total, consumed int64) (int64, error) {
	if consumed > 0 && total < math.MinInt64+consumed || consumed < 0 && total > math.MaxInt64+consumed {
		return 0, errTooLarge
	}

	return total - consumed, nil
}

// kind is what a value is.
type kind int

const (
	kindNull kind = iota // Or absent.
	kindString
	kindNumber  // Or true, or false.
	kindInteger // A number of digits alone that 64 bits can hold.
	kindObject
	kindList
)

// value is a member of a JSON object. It knows whether the object had it twice, in whatever letter case: encoding/json would take
// the last one, and nobody could say that it is the right one.
type value struct {
	kind    kind
	text    string // Of a string, what it says; of a number, how it stands there; else empty.
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
			v.kind, v.text = kindNumber, string(raw)
		}
	}

	return nil
}

// String returns what a JSON string says, nothing for null, a number as it stands, and of an object or a list only what it is.
func (v *value) String() string {
	switch v.kind {
	case kindObject:
		return "an object"
	case kindList:
		return "a list"
	case kindInteger:
		return strconv.FormatInt(v.integer, 10)
	default:
		return v.text
	}
}

// shown is for an error: it tells an absent value from one that says nothing.
func (v *value) shown() string {
	if !v.seen {
		return "missing"
	}

	return v.String()
}

// countOf puts a count of a module into a place that is kept for it, and returns the place: nil if the service did not state the count.
func (v *value) countOf(id, name string, place *int64) (*int64, error) {
	if v.twice {
		return nil, fmt.Errorf(`has a module "%s" with %s twice`, id, name)
	}

	if v.kind == kindNull {
		return nil, nil //nolint:nilnil // Nil is a count that was not stated.
	}

	count, err := v.count()
	if err != nil {
		return nil, fmt.Errorf(`has a module "%s" with a %s %w: %s`, id, name, err, v)
	}

	*place = count

	return place, nil
}

// count takes 50, 50.0, "50" and "50.0".
func (v *value) count() (int64, error) {
	if v.kind == kindInteger {
		return v.integer, nil
	}

	number := v.String()
	if v.kind == kindString && !json.Valid([]byte(number)) { // What JSON would not take outside of quotes, such as +5.
		return 0, errNotWhole
	}

	whole, fraction, _ := strings.Cut(number, ".")
	if strings.Trim(fraction, "0") != "" {
		return 0, errNotWhole
	}

	count, err := strconv.ParseInt(whole, 10, 64)

	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errTooLarge
	case err != nil:
		return 0, errNotWhole
	default:
		return count, nil
	}
}
