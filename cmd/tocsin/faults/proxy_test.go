package faults

import (
	"net"
	"sync"
	"testing"
	"time"
)

// cable is the network between one replica and Redis: every byte passes it, until it is cut.
type cable struct {
	addr, to string

	mu      sync.Mutex
	changed *sync.Cond
	conns   map[net.Conn]bool
	refuses bool // new connections are closed at once
	there   bool // what the replica sends is held back
	back    bool // what Redis answers is held back
	over    bool // the test has ended
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{addr: l.Addr().String(), to: to, conns: map[net.Conn]bool{}}
	c.changed = sync.NewCond(&c.mu)
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() { c.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		c.set(func() { c.over = true })
		c.closeAll()
		served.Wait()
	})
	return c
}

func (c *cable) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.changed.Broadcast()
}

// drop closes all connections, and refuses new ones.
func (c *cable) drop() {
	c.set(func() { c.refuses = true })
	c.closeAll()
}

// blackHole holds everything back: nobody is told, and what was sent may arrive when it is mended.
func (c *cable) blackHole() { c.set(func() { c.there, c.back = true, true }) }

// halfOpen lets requests pass and holds the answers back: what is asked happens, and nobody is told.
func (c *cable) halfOpen() { c.set(func() { c.back = true }) }

// mend lets everything pass, what was held back first.
func (c *cable) mend() { c.set(func() { c.refuses, c.there, c.back = false, false, false }) }

func (c *cable) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// keep remembers connections so that they can be closed; false when they are to be closed at once.
func (c *cable) keep(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		c.conns[conn] = true
	}
	return !c.refuses && !c.over
}

func (c *cable) forget(conns ...net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		delete(c.conns, conn)
		_ = conn.Close()
	}
}

func (c *cable) serve(replica net.Conn) {
	redis, err := net.DialTimeout("tcp", c.to, time.Second)
	if err != nil {
		_ = replica.Close()
		return
	}
	defer c.forget(replica, redis)
	if !c.keep(replica, redis) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { c.pass(redis, replica, func() bool { return c.there }) })
	both.Go(func() { c.pass(replica, redis, func() bool { return c.back }) })
	both.Wait()
}

// pass copies from one end to the other while nothing is held back, and ends the other end after its own.
func (c *cable) pass(to, from net.Conn, held func() bool) {
	defer func() { _ = to.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		c.mu.Lock()
		for held() && !c.over {
			c.changed.Wait()
		}
		c.mu.Unlock()
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
