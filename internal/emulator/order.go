package emulator

import (
	"fmt"
	"slices"
	"time"
)

// order is an order that the emulator has accepted. The interface document knows no orders, and does not say when one is counted.
type order struct {
	id    string
	units int64
	// counted is when the consumed count of the module begins to show the units.
	counted time.Time
}

// ShortError means that an order failed for want of quota.
type ShortError struct {
	// ID is the id of the module.
	ID string
	// Units is what the order asked for. Left is what all orders before have left, even those that are not counted yet.
	Units, Left int64
}

// Error implements error.
func (e *ShortError) Error() string {
	return fmt.Sprintf("the order needs %d of the module %q, and %d are left", e.Units, e.ID, e.Left)
}

// Order places an order that consumes units by module id, each above 0. The consumed counts show them after Behavior.CountAfter. An order
// that fails consumes nothing. It fails with a *ShortError if the orders before have left too little of a module, and with another error
// if a module does not exist or its units are not above 0.
func (e *Emulator) Order(units map[string]int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()

	counted := time.Now().Add(time.Duration(e.behavior.CountAfter))
	orders := e.orders

	for id, n := range units {
		left, err := e.left(id)

		switch {
		case err != nil:
			return err
		case n <= 0:
			return fmt.Errorf("the order needs %d of the module %q, and the number must be above 0", n, id)
		case n > left:
			return &ShortError{ID: id, Units: n, Left: left}
		}

		orders = append(orders, order{id, n, counted})
	}

	e.orders = orders

	return nil
}

// left returns how many units of a module all orders so far have left. The caller holds e.mu.
func (e *Emulator) left(id string) (int64, error) {
	i, err := e.find(id)
	if err != nil {
		return 0, err
	}

	left := e.modules[i].Total - e.modules[i].Consumed

	for _, o := range e.orders {
		if o.id == id {
			left -= o.units
		}
	}

	return left, nil
}

// counts returns the quota with the orders that were counted at a time. The caller holds e.mu, and may only read the list.
func (e *Emulator) counts(at time.Time) []Module {
	modules := slices.Clone(e.modules)

	for _, o := range e.orders {
		if i, err := e.find(o.id); err == nil && !o.counted.After(at) {
			modules[i].Consumed += o.units
		}
	}

	return modules
}

// uncounted returns the units of orders that are not counted at a time, by module id. The caller holds e.mu.
func (e *Emulator) uncounted(at time.Time) map[string]int64 {
	units := map[string]int64{}

	for _, o := range e.orders {
		if o.counted.After(at) {
			units[o.id] += o.units
		}
	}

	return units
}
