package qcc

import (
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

// TestTheLongestPauseCounts has a service that asks for pauses of several lengths, one after the other.
func TestTheLongestPauseCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m memory

		first, second, third := &ReadError{}, &ReadError{}, &ReadError{}

		for number, step := range []struct {
			after, pause, left time.Duration
			failure, want      error
		}{
			{0, 0, 0, second, nil}, // A pause of no time is not stored.
			{0, 20 * time.Second, 20 * time.Second, first, first},
			{0, 5 * time.Second, 20 * time.Second, second, first},
			{0, 20 * time.Second, 20 * time.Second, second, first},
			{time.Second, 20 * time.Second, 20 * time.Second, third, third},
			{20 * time.Second, 0, 0, second, third},
		} {
			time.Sleep(step.after)
			m.pauseFor(step.pause, step.failure)

			if left, err := m.pauseLeft(); max(left, 0) != step.left || err != step.want { //nolint:errorlint // All errors have the same text.
				t.Errorf("after step %d, the wait is %s for %p, want %s for %p", number+1, left, err, step.left, step.want)
			}
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
		var m memory

		m.succeed(now)
		m.succeed(now.Add(-time.Hour)) // This exchange is older and took longer.
		m.remember(test.failed, test.forGood)

		if got := m.failure(); (got == nil) != test.obsolete {
			t.Errorf("%s: the failure that is remembered is %+v", name, got)
		}
	}
}
