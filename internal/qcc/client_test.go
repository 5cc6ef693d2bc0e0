package qcc_test

import (
	"sync"
	"testing"
	"time"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

func TestEmulatorVerifiesWhatTheClientSigns(t *testing.T) {
	t.Parallel()

	for name, wrong := range map[string]struct {
		change func(*qcc.Config)
		code   int
	}{
		"unknown key":            {func(c *qcc.Config) { c.Key = "unknown" }, 101},
		"wrong secret":           {func(c *qcc.Config) { c.SecretKey = "wrong" }, 107},
		"key and secret swapped": {func(c *qcc.Config) { c.Key, c.SecretKey = c.SecretKey, c.Key }, 101},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := emulator.New()
			cfg := config(serve(t, service))
			cfg.MaxRetries = qcc.DefaultMaxRetries
			wrong.change(&cfg)

			_, err := read(t, cfg)
			if got := as[*qcc.StatusError](t, err); got.Status.Code != wrong.code {
				t.Errorf("code is %d, want %d", got.Status.Code, wrong.code)
			}

			if service.Requests() != 1 {
				t.Errorf("a refused read took %d requests, want 1", service.Requests())
			}
		})
	}
}

func TestReadsOfAClientShareRequests(t *testing.T) {
	t.Parallel()

	service := emulator.New(emulator.WithBehavior(emulator.Behavior{Delay: emulator.Duration(50 * time.Millisecond)}))
	client := newClient(t, config(serve(t, service)))

	var reads sync.WaitGroup

	for range 50 {
		reads.Go(func() {
			if quota, err := client.Quota(t.Context()); err != nil || len(quota.Modules) != 3 {
				t.Errorf("quota is %v, %v", quota, err)
			}
		})
	}

	reads.Wait()

	// The first request serves the reads that wait when it leaves, and the second serves the others. A very busy machine may need more.
	if service.Requests() > 10 {
		t.Errorf("50 reads at once took %d requests", service.Requests())
	}
}
