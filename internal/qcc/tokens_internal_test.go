package qcc

import (
	"fmt"
	"testing"
)

func TestTheLatestTokensAreHeld(t *testing.T) {
	t.Parallel()

	const most = 22 // A read with ten retries has eleven attempts, and may send two requests for each.

	var all tokens

	all.add("TOKEN 0")

	first := all.held()

	for number := range 30 {
		for range 3 { // These requests are of the same second.
			all.add(fmt.Sprintf("TOKEN %d", number))
		}

		held := all.held()
		if want := min(number+1, most); len(held) != want {
			t.Errorf("of %d Tokens, %d are held, want %d", number+1, len(held), want)
		}

		for i, token := range held {
			if want := foldCase(fmt.Sprintf("token %d", number-i)); token != want {
				t.Errorf("the Token %d before the latest is %q, want %q", i, token, want)
			}
		}
	}

	if len(first) != 1 || first[0] != foldCase("token 0") {
		t.Errorf("the Tokens that were held before became %q", first)
	}
}
