package qcc

import (
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzHeaders parses the headers that decide when a retry may begin and what the service's time is.
func FuzzHeaders(f *testing.F) {
	f.Add("", "")
	f.Add("", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Add("soon", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Add("20", "")
	f.Add("-1", "Tue, 24 Nov 2026 14:00:00 GMT")
	f.Add("99999999999999999999999", "")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Add("Tuesday, 24-Nov-26 14:00:20 GMT", "Tue Nov 24 14:00:00 2026")

	f.Add("18700000000000000000A", "") // The digits exceed 64 bits, and the letter makes it invalid.
	f.Add("31536000", "")
	f.Add("31536001", "Tue, 24 Nov 2026 14:00:00 GMT")
	f.Add("Tue, 24 Nov 2026 14:00:20 GMT", "Tue, 24 Nov 2026 14:00:00 GMT")
	f.Add("0", "Tue, 14 Nov 2023 22:14:21 GMT") // This date is a minute and a second ahead.
	f.Add("+5", "Wed, 15 Nov 2023 22:13:20 GMT")

	came := time.Unix(1_700_000_000, 999_999_999)

	f.Fuzz(func(t *testing.T, retryAfter, date string) {
		header := http.Header{"Retry-After": {retryAfter}, "Date": {date}}
		theirs, dateErr := http.ParseTime(date)

		wait := parseRetryAfter(header, came)
		if wait < 0 || wait > 365*24*time.Hour || wait%time.Second != 0 {
			t.Errorf("Retry-After %q, Date %q: %s", retryAfter, date, wait)
		}

		now := came
		if dateErr == nil {
			now = theirs
		}

		if want := waitOf(retryAfter, now); wait != want {
			t.Errorf("Retry-After %q, Date %q: %s, want %s", retryAfter, date, wait, want)
		}

		skew := skewOf(header, came)
		if (dateErr != nil) != (skew == nil) {
			t.Errorf("Date %q: %v, %v", date, skew, dateErr)
		}

		// If a Duration cannot hold the difference, it is the longest Duration.
		if skew != nil && (*skew-theirs.Sub(came)).Abs() > 500*time.Millisecond {
			t.Errorf("Date %q: %s", date, skew)
		}

		offset, ok := correctedOffset(skew)

		switch {
		case skew == nil || skew.Abs() <= time.Minute:
			ok = ok && offset == 0
		case skew.Abs() <= 24*time.Hour:
			ok = ok && offset == *skew
		default:
			ok = !ok && offset == 0
		}

		if !ok {
			t.Errorf("Date %q, %v ahead, corrects the clock by %s", date, skew, offset)
		}
	})
}

// waitOf computes how long to wait, in the simplest way.
func waitOf(retryAfter string, now time.Time) time.Duration {
	const year = 365 * 24 * 60 * 60

	if retryAfter == "" {
		return 0
	}

	if strings.Trim(retryAfter, "0123456789") == "" {
		seconds, _ := new(big.Int).SetString(retryAfter, 10)
		if seconds.Cmp(big.NewInt(year)) > 0 {
			seconds.SetInt64(year)
		}

		return time.Duration(seconds.Int64()) * time.Second
	}

	until, err := http.ParseTime(retryAfter)
	if err != nil {
		return 0
	}

	return time.Duration(min(max(until.Unix()-now.Unix(), 0), year)) * time.Second
}
