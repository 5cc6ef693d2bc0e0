package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"
)

// ControlPath is the URL path of the control API. The API serves loopback addresses only:
//
//	GET  /emulator           returns the state: requests, modules, uncounted orders, behavior, locked
//	PUT  /emulator/behavior  sets a Behavior, and unlocks the account; {} restores the default behavior
//	PUT  /emulator/modules   sets a list of Modules
//	POST /emulator/consume   {"radar_id": 10} adds to the consumed counts
//	POST /emulator/orders    {"radar_id": 10} places an order, which is counted after the behavior's count_after
const ControlPath = "/emulator"

// state is the body of every successful answer of the control API.
type state struct {
	Requests int      `json:"requests"`
	Modules  []Module `json:"modules"`
	// Uncounted is the number of ordered units that the modules do not show yet, by module id.
	Uncounted map[string]int64 `json:"uncounted,omitempty"`
	Behavior  Behavior         `json:"behavior"`
	Locked    bool             `json:"locked"`
}

// addControl registers the handlers of the control API.
func (e *Emulator) addControl() {
	add := func(pattern string, carryOut func(body io.Reader) error) {
		e.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if from, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !from.Addr().Unmap().IsLoopback() {
				http.Error(w, "the control API accepts requests from loopback addresses only", http.StatusForbidden)

				return
			}

			if err := carryOut(r.Body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)

				return
			}

			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(e.state()) // The client may have closed the connection.
		})
	}

	add("GET "+ControlPath, func(io.Reader) error { return nil })

	add("PUT "+ControlPath+"/behavior", func(body io.Reader) error {
		behavior, err := decode[Behavior](body)
		if err == nil {
			err = behavior.Check()
		}

		if err == nil {
			e.Behave(behavior)
		}

		return err
	})

	add("PUT "+ControlPath+"/modules", func(body io.Reader) error {
		modules, err := decode[[]Module](body)
		if err == nil {
			e.SetModules(modules...)
		}

		return err
	})

	add("POST "+ControlPath+"/consume", func(body io.Reader) error {
		counts, err := decode[map[string]int64](body)
		if err != nil {
			return err
		}

		return e.consumeAll(counts)
	})

	add("POST "+ControlPath+"/orders", func(body io.Reader) error {
		units, err := decode[map[string]int64](body)
		if err != nil {
			return err
		}

		return e.Order(units)
	})
}

// state returns a copy of what the control API reports.
func (e *Emulator) state() state {
	e.mu.Lock()
	defer e.mu.Unlock()

	now := time.Now()

	return state{Requests: e.requests, Modules: e.counts(now), Uncounted: e.uncounted(now), Behavior: e.behavior, Locked: e.limits.locked}
}

// decode reads one JSON value from a body. It returns an error for unknown fields, and for data after the value.
func decode[T any](body io.Reader) (T, error) {
	var value T

	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&value); err != nil {
		return value, fmt.Errorf("the request body is not valid for this path of the control API: %w", err)
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return value, errors.New("the request body has data after the JSON value")
	}

	return value, nil
}
