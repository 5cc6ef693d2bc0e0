package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
)

// ControlPath is where the control API is. It answers to loopback addresses only:
//
//	GET  /emulator           state: requests, modules, behavior
//	PUT  /emulator/behavior  a Behavior; {} is what the document describes
//	PUT  /emulator/modules   a list of Modules
//	POST /emulator/consume   {"radar_id": 10} adds to the consumed counts
const ControlPath = "/emulator"

// state is what the control API answers to every request that it carries out.
type state struct {
	Requests int      `json:"requests"`
	Modules  []Module `json:"modules"`
	Behavior Behavior `json:"behavior"`
}

func (e *Emulator) addControl() {
	add := func(pattern string, carryOut func(body io.Reader) error) {
		e.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if from, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !from.Addr().Unmap().IsLoopback() {
				http.Error(w, "the control API answers to loopback addresses only", http.StatusForbidden)

				return
			}

			if err := carryOut(r.Body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)

				return
			}

			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(e.state()) // A client that has gone needs no answer.
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
}

// consumeAll adds to all of the counts or, if one of the modules does not exist, to none.
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

func (e *Emulator) state() state {
	e.mu.Lock()
	defer e.mu.Unlock()

	return state{Requests: e.requests, Modules: e.modules, Behavior: e.behavior}
}

func decode[T any](body io.Reader) (T, error) {
	var value T

	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&value); err != nil {
		return value, fmt.Errorf("this is not what the control API takes here: %w", err)
	}

	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return value, errors.New("there is something behind what the control API takes here")
	}

	return value, nil
}
