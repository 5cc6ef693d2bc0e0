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
	Status  value `json:"status"`
	Msg     value `json:"msg"`
	Message value `json:"message"`
	Result  value `json:"result"`
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

	code, err := strconv.ParseUint(strings.TrimSpace(wire.Status.text()), 10, 31)
	if err != nil {
		return Quota{}, Status{}, fmt.Errorf("has a status that is not a status code: %s", wire.Status)
	}

	status := Lookup(int(code))
	if status.Class != ClassOK && status.Class != ClassEmpty {
		return Quota{}, status, &StatusError{Status: status, Message: cmp.Or(wire.Msg.text(), wire.Message.text())}
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

// decodeModules reads a list of modules, or one module. No result (absent or null) gives nil, an empty list an empty map.
func decodeModules(result value) (map[string]Module, error) {
	if result.isNull() {
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

func (w wireModule) decode() (string, Module, error) {
	id := w.ID.text()
	if w.ID.twice || !w.ID.isString() || id == "" {
		return "", Module{}, errors.New("has a module that does not have one id")
	}

	var err error

	module := Module{Name: moduleName(id)}

	for _, count := range []struct {
		value

		name string
		into **int64
	}{
		{w.Total, "totalCount", &module.Total},
		{w.Consumed, "consumedCount", &module.Consumed},
		{w.Deletable, "canDeletedCount", &module.Deletable},
	} {
		if count.twice {
			return "", Module{}, fmt.Errorf(`has a module "%s" with %s twice`, id, count.name)
		}

		*count.into, err = count.count()
		if err != nil {
			return "", Module{}, fmt.Errorf(`has a module "%s" with a %s %w: %s`, id, count.name, err, count.value)
		}
	}

	module.Remaining, err = subtract(module.Total, module.Consumed)
	if err != nil {
		return "", Module{}, fmt.Errorf(`has a module "%s" with totalCount - consumedCount %w`, id, err)
	}

	return id, module, nil
}

// subtract returns total - consumed, nil if either is.
func subtract(total, consumed *int64) (*int64, error) {
	if total == nil || consumed == nil {
		return nil, nil //nolint:nilnil // Nil is a count that was not stated.
	}

	if *consumed > 0 && *total < math.MinInt64+*consumed || *consumed < 0 && *total > math.MaxInt64+*consumed {
		return nil, errTooLarge
	}

	remaining := *total - *consumed

	return &remaining, nil
}

// value is a member of a JSON object. It knows whether the object had it twice, in whatever letter case: encoding/json would take
// the last one, and nobody could say that it is the right one.
type value struct {
	raw   json.RawMessage
	twice bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *value) UnmarshalJSON(raw []byte) error {
	v.twice = v.raw != nil
	v.raw = bytes.Clone(raw)

	return nil
}

func (v value) isNull() bool { return v.raw == nil || string(v.raw) == "null" }

func (v value) isString() bool { return v.raw != nil && v.raw[0] == '"' }

// text returns what a JSON string says, nothing for null, any other scalar as it stands, and of an object or a list only what it is.
func (v value) text() string {
	switch {
	case v.isNull():
		return ""
	case v.raw[0] == '{':
		return "an object"
	case v.raw[0] == '[':
		return "a list"
	case !v.isString():
		return string(v.raw)
	default:
		if text := v.raw[1 : len(v.raw)-1]; !bytes.ContainsRune(text, '\\') && utf8.Valid(text) {
			return string(text) // Nothing to decode.
		}

		var s string

		_ = json.Unmarshal(v.raw, &s) // It is a part of valid JSON.

		return s
	}
}

// String shows the value in an error.
func (v value) String() string {
	if v.raw == nil {
		return "missing"
	}

	return v.text()
}

// count takes 50, 50.0, "50" and "50.0". Null and absent give nil: the service did not state the count.
func (v value) count() (*int64, error) {
	if v.isNull() {
		return nil, nil //nolint:nilnil // Nil is a count that was not stated.
	}

	number := v.text()
	if v.isString() && !json.Valid([]byte(number)) { // What JSON would not take outside of quotes, such as +5.
		return nil, errNotWhole
	}

	whole, fraction, _ := strings.Cut(number, ".")
	if strings.Trim(fraction, "0") != "" {
		return nil, errNotWhole
	}

	count, err := strconv.ParseInt(whole, 10, 64)

	switch {
	case errors.Is(err, strconv.ErrRange):
		return nil, errTooLarge
	case err != nil:
		return nil, errNotWhole
	default:
		return &count, nil
	}
}
