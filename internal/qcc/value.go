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

// statedCount returns the value as a count; nil if the service did not state it.
func (v *value) statedCount() (*int64, Problem) {
	switch {
	case v.twice:
		return nil, ProblemCountTwice
	case v.kind == kindNull:
		return nil, ""
	}

	count, problem := v.count()

	return &count, problem
}

// count returns the value as a count. If the value is not a valid count, it returns 0 and the problem. It accepts 50, 50.0, 5e1, "50" and
// "50.0".
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

// longestExponent limits exponents. The digits of a body are too few to compensate for a larger one.
const longestExponent = 2 * maxBody

// parseCount parses a number in JSON syntax. It never computes a number of more than 64 bits, however large the exponent is.
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

	shift, _ := strconv.Atoi(cmp.Or(exponent, "0")) // If an int cannot hold the exponent, Atoi returns the nearest int.
	shift = max(-longestExponent, min(shift, longestExponent))

	// wholeDigits is how many digits are before the decimal point, without leading zeros. It is negative for small fractions.
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

// isJSONNumber reports whether a text is a JSON number without white space around it.
func isJSONNumber(text string) bool {
	isDigit := func(char byte) bool { return '0' <= char && char <= '9' }

	return text != "" && (isDigit(text[0]) || text[0] == '-') && isDigit(text[len(text)-1]) && json.Valid([]byte(text))
}
