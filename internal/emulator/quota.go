package emulator

import (
	"fmt"
	"slices"
)

// Module is the quota of one module. Source: interface document, section 6.2.1, "返回参数".
type Module struct {
	ID         string `json:"id"`
	Total      int64  `json:"totalCount"`
	CanDeleted int64  `json:"canDeletedCount"`
	Consumed   int64  `json:"consumedCount"`
}

// Sample returns the quota of the document's sample answer.
func Sample() []Module {
	return []Module{
		{ID: "radar_id", Total: 50, CanDeleted: 50, Consumed: 2},
		{ID: "bene_id", Total: 100, CanDeleted: 30, Consumed: 2},
		{ID: "natural_person_id", Total: 50, CanDeleted: 15, Consumed: 0},
	}
}

// SetModules replaces the quota, and forgets all orders.
func (e *Emulator) SetModules(modules ...Module) {
	e.mu.Lock()
	defer e.mu.Unlock()

	e.modules, e.orders = modules, nil
}

// Consume adds count to the consumed count of a module. It returns an error if the module does not exist.
func (e *Emulator) Consume(id string, count int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()

	return e.consume(id, count)
}

// consumeAll adds to the consumed counts of several modules. If one of them does not exist, it changes none.
func (e *Emulator) consumeAll(counts map[string]int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()

	before := e.modules

	for id, count := range counts {
		if err := e.consume(id, count); err != nil {
			e.modules = before

			return err
		}
	}

	return nil
}

// consume is Consume for callers that hold e.mu. It copies the list, because answers being encoded still read the old one.
func (e *Emulator) consume(id string, count int64) error {
	i, err := e.find(id)
	if err != nil {
		return err
	}

	e.modules = slices.Clone(e.modules)
	e.modules[i].Consumed += count

	return nil
}

// find returns the index of a module. The caller holds e.mu.
func (e *Emulator) find(id string) (int, error) {
	i := slices.IndexFunc(e.modules, func(m Module) bool { return m.ID == id })
	if i < 0 {
		return 0, fmt.Errorf("there is no module %q", id)
	}

	return i, nil
}
