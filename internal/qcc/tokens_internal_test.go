package qcc

import (
	"fmt"
	"testing"
)

func TestTheLastTokensAreHeld(t *testing.T) {
	t.Parallel()

	const most = 22 // The requests of a read with ten retries, each of which is sent twice.

	var held tokens

	first := held.add("TOKEN 0")

	for number := range 30 {
		got := held.add(fmt.Sprintf("TOKEN %d", number))
		if want := min(number+2, most); len(got) != want {
			t.Errorf("after %d Tokens, %d are held, want %d", number+2, len(got), want)
		}

		for i, token := range got[:min(number+1, most)] {
			if want := foldCase(fmt.Sprintf("token %d", number-i)); token != want {
				t.Errorf("the Token %d before the last is %q, want %q", i, token, want)
			}
		}
	}

	if len(first) != 1 || first[0] != foldCase("token 0") {
		t.Errorf("the Tokens of an earlier request became %q", first)
	}
}
