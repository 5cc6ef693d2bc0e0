package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server serves an emulator over HTTP.
type Server struct {
	// URL is the base URL, such as "http://127.0.0.1:43210".
	URL string

	server *http.Server
	cancel context.CancelFunc
	done   chan error
}

// Listen serves the emulator at a loopback address such as "127.0.0.1:0". It refuses other addresses, because http sends keys in clear
// text and the control API must stay on this machine.
func Listen(ctx context.Context, address string, emulator *Emulator) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the emulator cannot listen: %w", err)
	}

	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("the emulator listens on loopback addresses only, not on %q", address), listener.Close())
	}

	// Stop cancels this context, which ends delayed requests.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))

	s := &Server{
		URL: "http://" + listener.Addr().String(),
		server: &http.Server{
			Handler:           emulator,
			BaseContext:       func(net.Listener) context.Context { return base },
			ReadHeaderTimeout: 10 * time.Second,
		},
		cancel: cancel,
		done:   make(chan error, 1),
	}

	go func() { s.done <- s.server.Serve(listener) }()

	return s, nil
}

// Stop cancels delayed requests, and waits for the other answers until ctx ends.
func (s *Server) Stop(ctx context.Context) error {
	s.cancel()

	err := s.server.Shutdown(ctx)
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}

	return err
}
