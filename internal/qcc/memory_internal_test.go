package qcc

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// TestHowLongFailuresAreRemembered lets reads fail one after the other, a second apart. Times count from the first failure.
func TestHowLongFailuresAreRemembered(t *testing.T) {
	t.Parallel()

	type failure struct {
		notBefore time.Duration // This time counts from the first failure. It is 0 if the failure names none.
		refused   bool
	}

	type answer struct {
		after time.Duration
		want  int // The number of the failure, from 1; 0 for none.
	}

	const moment = time.Nanosecond

	for name, test := range map[string]struct {
		failures []failure
		answers  []answer
	}{
		"no failure":                            {nil, []answer{{0, 0}}},
		"a failure":                             {[]failure{{}}, []answer{{0, 1}, {5*time.Second - moment, 1}, {5 * time.Second, 0}, {time.Hour, 0}}},
		"a failure that names a time":           {[]failure{{notBefore: time.Hour}}, []answer{{0, 1}, {time.Hour - moment, 1}, {time.Hour, 0}}},
		"a failure that names an early time":    {[]failure{{notBefore: time.Second}}, []answer{{5*time.Second - moment, 1}, {5 * time.Second, 0}}},
		"two failures":                          {[]failure{{}, {}}, []answer{{time.Second, 2}, {6*time.Second - moment, 2}, {6 * time.Second, 0}}},
		"a failure after a longer one":          {[]failure{{notBefore: time.Minute}, {}}, []answer{{time.Second, 1}, {time.Minute - moment, 1}, {time.Minute, 0}}},
		"a refusal":                             {[]failure{{refused: true}}, []answer{{0, 1}, {time.Hour, 1}}},
		"a refusal after a longer failure":      {[]failure{{notBefore: time.Minute}, {refused: true}}, []answer{{time.Second, 2}, {time.Hour, 2}}},
		"a failure after a refusal":             {[]failure{{refused: true}, {notBefore: time.Hour}}, []answer{{time.Second, 1}, {2 * time.Hour, 1}}},
		"another refusal after the first":       {[]failure{{refused: true}, {refused: true}}, []answer{{time.Second, 1}, {time.Hour, 1}}},
		"a failure after a refusal with a time": {[]failure{{notBefore: time.Hour, refused: true}, {notBefore: 2 * time.Hour}}, []answer{{time.Second, 1}, {3 * time.Hour, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var (
					m      memory
					began  = time.Now()
					failed = []*ReadError{nil}
				)

				for number, failing := range test.failures {
					time.Sleep(time.Until(began.Add(time.Duration(number) * time.Second)))

					err := &ReadError{Err: io.EOF}
					if failing.notBefore > 0 {
						err.NotBefore = began.Add(failing.notBefore)
					}

					failed = append(failed, err)
					m.remember(err, failing.refused)
				}

				for _, answer := range test.answers {
					time.Sleep(time.Until(began.Add(answer.after)))

					if got := m.failure(); got != failed[answer.want] {
						t.Errorf("after %s the answer is %p, want failure %d of %v", answer.after, got, answer.want, failed)
					}

					want := failed[answer.want]
					if want != nil && !test.failures[answer.want-1].refused {
						want = nil
					}

					if got := m.refusal(); got != want {
						t.Errorf("after %s the refusal is %p, want %p", answer.after, got, want)
					}
				}
			})
		})
	}
}

// TestTheLongestPauseCounts has a service that asks for pauses of several lengths.
func TestTheLongestPauseCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m memory

		long, short, longer := &ReadError{}, &ReadError{}, &ReadError{}

		if wait, err := m.pauseLeft(); wait > 0 || err != nil {
			t.Errorf("without a pause, the wait is %s for %v", wait, err)
		}

		m.pauseFor(0, short)

		if _, err := m.pauseLeft(); err != nil {
			t.Errorf("a pause of no time is stored with %v", err)
		}

		m.pauseFor(20*time.Second, long)
		m.pauseFor(5*time.Second, short)

		if wait, err := m.pauseLeft(); wait != 20*time.Second || !errors.Is(err, long) {
			t.Errorf("the wait is %s for %p, want that of the longer pause", wait, err)
		}

		m.pauseFor(20*time.Second, short)

		if _, err := m.pauseLeft(); !errors.Is(err, long) {
			t.Error("a pause until the same time replaces the first")
		}

		time.Sleep(time.Second)
		m.pauseFor(20*time.Second, longer)

		if wait, err := m.pauseLeft(); wait != 20*time.Second || !errors.Is(err, longer) {
			t.Errorf("the wait is %s for %p, want that of the pause that ends last", wait, err)
		}

		time.Sleep(20 * time.Second)

		if wait, _ := m.pauseLeft(); wait > 0 {
			t.Errorf("after the pause, the wait is %s", wait)
		}
	})
}

// TestANewerSuccessMakesAFailureObsolete has failed reads around a successful one. Their last requests were sent before, with and after it.
func TestANewerSuccessMakesAFailureObsolete(t *testing.T) {
	t.Parallel()

	now := time.Now()

	for name, test := range map[string]struct {
		failed   *ReadError
		forGood  bool
		obsolete bool
	}{
		"sent before":                   {&ReadError{sent: now.Add(-1)}, false, true},
		"sent at the same time":         {&ReadError{sent: now}, false, false},
		"sent after":                    {&ReadError{sent: now.Add(1)}, false, false},
		"sent before, a refusal":        {&ReadError{sent: now.Add(-1)}, true, false},
		"sent before, with a NotBefore": {&ReadError{sent: now.Add(-1), NotBefore: now.Add(time.Hour)}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var m memory

			m.succeed(now)
			m.succeed(now.Add(-time.Hour)) // This exchange is older and took longer.
			m.remember(test.failed, test.forGood)

			if got := m.failure(); (got == nil) != test.obsolete {
				t.Errorf("the failure that is remembered is %+v", got)
			}
		})
	}
}
