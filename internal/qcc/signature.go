package qcc

import (
	"crypto/fips140"
	"crypto/md5" //nolint:gosec // The interface document prescribes MD5.
	"encoding/hex"
	"strings"
)

// signature returns the value of the Token header. It is the MD5 of the key, the Timespan (Unix time in seconds) and the SecretKey, joined
// without separators, as upper-case hexadecimal digits.
//
// A process that enforces FIPS 140-3 (GODEBUG=fips140=only) refuses MD5. This one hash is exempt, because the interface prescribes it.
//
// Source: interface document, section 6.2.1, "权限验证".
func signature(key, timespan, secretKey string) string {
	signed := make([]byte, 0, 128) // Credentials of the usual length fit without an allocation.
	signed = append(append(append(signed, key...), timespan...), secretKey...)

	var sum [md5.Size]byte

	fips140.WithoutEnforcement(func() { sum = md5.Sum(signed) }) //nolint:gosec // As above.

	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
