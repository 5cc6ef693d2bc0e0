package reservation

import (
	"context"
	"net"
	"sync"
	"time"
)

// answerWait is how long a server may take to confirm that it cancels a statement. Then the connection is cut.
const answerWait = 250 * time.Millisecond

// dialer connects the driver, and can cut its connections, because the driver waits for a server's answer even when its context ends.
type dialer struct {
	mu   sync.Mutex
	open map[*connection]struct{}
}

// connection is a connection that its dialer knows until it is closed.
type connection struct {
	net.Conn

	dialer *dialer
}

// DialContext implements pq.DialerContext.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}

	d.mu.Lock()
	defer d.mu.Unlock()

	opened := &connection{conn, d}
	d.open[opened] = struct{}{}

	return opened, nil
}

// Dial implements pq.Dialer. The driver calls DialContext instead.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer. The driver calls DialContext instead.
func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()

	return d.DialContext(ctx, network, address)
}

// Close closes the connection.
func (c *connection) Close() error {
	c.dialer.mu.Lock()
	delete(c.dialer.open, c)
	c.dialer.mu.Unlock()

	return c.Conn.Close()
}

// cut closes all connections, so that the driver stops waiting.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()

	for open := range d.open {
		open.Conn.Close() //nolint:errcheck,gosec // The connection is lost anyway.
	}

	clear(d.open)
}

// cutAfter cuts the connections answerWait after the context ends, unless stop was called. stop may be called twice.
func (d *dialer) cutAfter(ctx context.Context) (stop func()) {
	stopped := make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		select {
		case <-stopped:
		case <-time.After(answerWait):
			d.cut()
		}
	})

	return sync.OnceFunc(func() {
		unwatch()
		close(stopped)
	})
}
