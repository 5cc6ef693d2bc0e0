package provider

import (
	"sync"

	"github.com/qccpro/terraform-provider-qcc/internal/emulator"
	"github.com/qccpro/terraform-provider-qcc/internal/qcc"
)

// safe returns a text as an error of a client would show it.
func safe(text string) qcc.SafeText { return testClient().Redact(text) }

// testClient returns a client that sends nothing.
var testClient = sync.OnceValue(func() *qcc.Client {
	client, err := qcc.New(qcc.Config{
		Key: emulator.DefaultKey, SecretKey: emulator.DefaultSecretKey, BaseURL: qcc.DefaultBaseURL, Timeout: qcc.DefaultTimeout,
	})
	if err != nil {
		panic(err)
	}

	return client
})
