package emulator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
)

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()

	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if server, err := emulator.Listen(t.Context(), address, emulator.New()); err == nil {
			t.Errorf("it listens on %s, as %s", address, server.URL)
		}
	}

	if _, err := emulator.Listen(t.Context(), "nonsense", emulator.New()); err == nil {
		t.Error("it listens on nonsense")
	}
}

func TestStopEndsDelayedQueries(t *testing.T) {
	t.Parallel()

	arrived := make(chan string, 1)
	service := emulator.New(
		emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(time.Hour)}),
		emulator.WithLog(func(line string) { arrived <- line }),
	)

	server, err := emulator.Listen(t.Context(), "127.0.0.1:0", service)
	if err != nil {
		t.Fatal(err)
	}

	answered := make(chan error, 1)

	go func() {
		request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, server.URL+emulator.Path+"?key=s3cr3t", bytes.NewReader(nil))
		if err == nil {
			var response *http.Response
			if response, err = http.DefaultClient.Do(request); err == nil {
				err = response.Body.Close()
			}
		}

		answered <- err
	}()

	if line := <-arrived; line != "query 1: GET /api/company/quota/getQuota: 101 当前的 KEY 无效或者还未生效中" {
		t.Errorf("the log says %q", line)
	}

	if err := server.Stop(t.Context()); err != nil {
		t.Errorf("Stop: %v", err)
	}

	if err := <-answered; !errors.Is(err, io.EOF) {
		t.Errorf("the delayed query ended with %v, want no answer", err)
	}
}
