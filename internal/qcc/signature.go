package qcc

import (
	"crypto/md5" //nolint:gosec // The interface document prescribes MD5; it is no choice of ours.
	"encoding/hex"
	"strings"
)

// signature returns the value of the Token header: the upper-case hexadecimal MD5 of the key, the Timespan (Unix time in
// seconds) and the SecretKey, written one after the other.
//
// Source: interface document, section 6.2.1, "权限验证".
func signature(key, timespan, secretKey string) string {
	sum := md5.Sum([]byte(key + timespan + secretKey)) //nolint:gosec // As above.

	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
