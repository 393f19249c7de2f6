package programtest

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Patience bounds every wait: more than anything takes on a busy machine, so that only what is broken fails.
const Patience = 40 * time.Second

// Until polls for what cannot be waited for otherwise, and fails the test with the last error of try.
func Until(t *testing.T, what string, try func() error) {
	t.Helper()
	UntilWithin(t, Patience, what, try)
}

// UntilWithin is Until with another bound, for what takes long by design.
func UntilWithin(t *testing.T, bound time.Duration, what string, try func() error) {
	t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	late := time.After(bound)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain for %s: %v", what, err)
		}
	}
}

// ports remembers what FreePort has given out, so that no two tests of this process get the same.
var ports sync.Map

// FreePort returns an address on the loopback interface that nobody listens on just now. It is below the ports
// that Linux gives to connections and to listeners that name none (32768 and up), so nobody takes it meanwhile.
func FreePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+rand.IntN(12_000)))
		if _, taken := ports.LoadOrStore(address, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
