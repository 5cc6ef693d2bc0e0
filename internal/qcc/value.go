package qcc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what a value is.
type kind int

const (
	kindNull kind = iota // Or absent.
	kindString
	kindOther   // A number otherwise, true or false.
	kindInteger // A number of digits alone that 64 bits can hold.
	kindObject
	kindList
)

// value is a member of a JSON object. It knows whether the object had it twice, in whatever letter case: encoding/json would take
// the last one, which need not be the right one.
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
			v.kind, v.text = kindOther, string(raw)
		}
	}

	return nil
}

// String returns what a JSON string says, nothing for null, a number as it stands, and of an object or a list only its brackets.
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

// count returns a count, or what is wrong with it. It takes 50, 50.0, 5e1, "50" and "50.0".
func (v *value) count() (int64, Problem) {
	switch {
	case v.integer < 0:
		return 0, ProblemNegative
	case v.kind == kindInteger:
		return v.integer, ""
	default:
		return parseCount(v.String())
	}
}

// longestExponent is more than the digits of a body could make up for.
const longestExponent = 2 * maxBody

// parseCount reads a number as JSON writes one. It never makes a number of more than 64 bits on the way, whatever the exponent.
func parseCount(number string) (int64, Problem) {
	if !isJSONNumber(number) {
		return 0, ProblemNotWhole
	}

	mantissa, exponent, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(number, "-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significant := strings.TrimLeft(whole+fraction, "0")
	leadingZeros := len(whole+fraction) - len(significant)
	significant = strings.TrimRight(significant, "0")

	if significant == "" {
		return 0, ""
	}

	shift, _ := strconv.Atoi(cmp.Or(exponent, "0")) // Of an exponent beyond an int, it is the int next to it.
	shift = max(-longestExponent, min(shift, longestExponent))

	// That many of the significant digits, or more, are before the decimal point.
	wholeDigits := len(whole) - leadingZeros + shift

	switch {
	case wholeDigits < len(significant):
		return 0, ProblemNotWhole
	case strings.HasPrefix(number, "-"):
		return 0, ProblemNegative
	case wholeDigits > len(strconv.Itoa(math.MaxInt64)):
		return 0, ProblemTooLarge
	}

	count, err := strconv.ParseInt(significant+strings.Repeat("0", wholeDigits-len(significant)), 10, 64)
	if err != nil {
		return 0, ProblemTooLarge
	}

	return count, ""
}

// isJSONNumber reports whether a text is a number of JSON, and nothing around it.
func isJSONNumber(text string) bool {
	isDigit := func(char byte) bool { return '0' <= char && char <= '9' }

	return text != "" && (isDigit(text[0]) || text[0] == '-') && isDigit(text[len(text)-1]) && json.Valid([]byte(text))
}
