package emulator

import (
	"cmp"
	"crypto/md5" //nolint:gosec // The interface document prescribes MD5.
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// verify checks a request and returns the status code for it. Source: interface document, section 6.2.1, "权限验证" and "请求参数". The
// document does not define which code belongs to which fault, so Behavior can change each of them.
func (e *Emulator) verify(r *http.Request, behavior Behavior, now time.Time) int {
	const defaultWindow = Duration(300 * time.Second)

	window := time.Duration(cmp.Or(behavior.Window, defaultWindow))
	key := r.URL.Query().Get("key")
	timespan := r.Header.Get("Timespan")
	seconds, err := strconv.ParseInt(timespan, 10, 64)
	token := fmt.Sprintf("%X", md5.Sum([]byte(key+timespan+e.secretKey))) //nolint:gosec // The interface document prescribes MD5.

	switch {
	case r.Method != http.MethodGet:
		return cmp.Or(behavior.MethodCode, 118)
	case key == "":
		return cmp.Or(behavior.NoKeyCode, 202)
	case key != e.key:
		return cmp.Or(behavior.UnknownKeyCode, 101)
	case err != nil, now.Sub(time.Unix(seconds, 0)).Abs() > window:
		return cmp.Or(behavior.TimespanCode, 115)
	case r.Header.Get("Token") != token:
		return cmp.Or(behavior.TokenCode, 107)
	default:
		return http.StatusOK
	}
}
