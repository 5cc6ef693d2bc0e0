package qcc

import (
	"net/http"
	"testing"
	"time"
)

// FuzzHeaders reads the headers that decide when to ask again and what time it is.
func FuzzHeaders(f *testing.F) {
	f.Add("20", "")
	f.Add("-1", "Tue, 24 Nov 2026 14:00:00 GMT")
	f.Add("99999999999999999999999", "")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Add("Tuesday, 24-Nov-26 14:00:20 GMT", "Tue Nov 24 14:00:00 2026")

	came := time.Unix(1_700_000_000, 999_999_999)

	f.Fuzz(func(t *testing.T, retryAfter, date string) {
		header := http.Header{"Retry-After": {retryAfter}, "Date": {date}}

		wait := parseRetryAfter(header, came)
		if wait < 0 || wait > longestRetryAfter || wait%time.Second != 0 {
			t.Errorf("Retry-After %q, Date %q: %s", retryAfter, date, wait)
		}

		skew := skewOf(header, came)
		if _, err := http.ParseTime(date); (err != nil) != (skew == nil) {
			t.Errorf("Date %q: %v, %v", date, skew, err)
		}

		offset, ok := correctedOffset(&StatusError{Skew: skew})
		if offset.Abs() > MaxCorrectedSkew || !ok && offset != 0 || offset != 0 && offset.Abs() <= ToleratedSkew {
			t.Errorf("Date %q corrects the clock by %s, %t", date, offset, ok)
		}
	})
}
