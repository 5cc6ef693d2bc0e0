package provider

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// privateKey is the key of a gate's memory in its private state.
const privateKey = "gate"

// gateMemory is what the private state of a gate has, beside the requirement in its state. It is zero if the private state has nothing that
// can be read, such as that of older versions of the provider.
type gateMemory struct {
	// ID identifies the gate as long as it exists, so that a gate that Terraform plans twice counts once.
	ID string `json:"id"`
	// Account is a fingerprint of the company key that granted the gate; empty if it is not known.
	Account string `json:"account,omitempty"`
}

// privateState is the private state in a request of the framework, which does not export the type.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// privateStateWriter is the private state in a response of the framework.
type privateStateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// gateMemoryOf returns the memory of a gate. A person may have edited the state, so other content counts as none.
func gateMemoryOf(ctx context.Context, private privateState) gateMemory {
	var memory gateMemory

	value, _ := private.GetKey(ctx, privateKey) // The only error is that of an invalid key.
	if json.Unmarshal(value, &memory) != nil || memory.ID == "" {
		return gateMemory{}
	}

	return memory
}

// newGateMemory returns the memory of a gate with this id, which the account of a company key granted. The key is empty if it is not known.
func newGateMemory(id, key string) gateMemory {
	memory := gateMemory{ID: id}
	if key != "" {
		memory.Account = memory.fingerprint(key)
	}

	return memory
}

// Terraform writes the whole state after each gate of an apply, so id and fingerprint are short. Both need only differ within a state.
const (
	idLength          = 16 // characters, with 80 random bits
	fingerprintLength = 12 // bytes
)

// newGateID returns a random id.
func newGateID() string { return rand.Text()[:idLength] }

// fingerprint returns a part of a hash of a company key. The gate's id is the salt, so that gates of one account have different fingerprints.
func (m gateMemory) fingerprint(key string) string {
	sum := sha256.Sum256([]byte(m.ID + "\x00" + key))

	return base64.RawURLEncoding.EncodeToString(sum[:fingerprintLength])
}

// isOfOtherAccount reports whether another company key than this one granted the gate, as far as both are known.
func (m gateMemory) isOfOtherAccount(key string) bool {
	return m.Account != "" && key != "" && m.Account != m.fingerprint(key)
}

// write writes the memory into private state.
func (m gateMemory) write(ctx context.Context, private privateStateWriter) diag.Diagnostics {
	value, _ := json.Marshal(m) //nolint:errchkjson // Two texts can be marshaled.

	return private.SetKey(ctx, privateKey, value)
}

// namelessGates has the ids under which gates without memory have claimed at plan, by their requirement in the state. With -minimal-refresh,
// Terraform plans such a gate before Read gives it an id, and once more afterwards. The zero value is ready for use.
type namelessGates struct {
	mu  sync.Mutex
	ids map[string][]string
}

// add returns a new id for the claim of a gate that has none.
func (n *namelessGates) add(before types.Map) string {
	n.mu.Lock()
	defer n.mu.Unlock()

	if n.ids == nil {
		n.ids = map[string][]string{}
	}

	id := newGateID()
	n.ids[before.String()] = append(n.ids[before.String()], id)

	return id
}

// take returns an id under which a gate with this requirement has claimed, or a new one. If several gates have the same requirement, the id
// may be that of another one: after all of them are planned again, their claims are right.
func (n *namelessGates) take(before types.Map) string {
	n.mu.Lock()
	defer n.mu.Unlock()

	ids := n.ids[before.String()]
	if len(ids) == 0 {
		return newGateID()
	}

	n.ids[before.String()] = ids[1:]

	return ids[0]
}
