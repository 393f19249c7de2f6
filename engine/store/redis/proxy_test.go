package redis

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// proxy stands between client and server, and can close a connection instead of passing an answer on.
type proxy struct {
	addr string
	drop atomic.Bool
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &proxy{addr: l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(client, server)
		}
	}()
	return p
}

// client connects to the target through the proxy, however the target is named.
func (p *proxy) client(target *Target) goredis.UniversalClient {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, p.addr)
	}
	var c goredis.UniversalClient
	switch direct := target.connect().(type) {
	case *goredis.ClusterClient:
		o := *direct.Options()
		o.Dialer = dial
		c = goredis.NewClusterClient(&o)
		_ = direct.Close()
	case *goredis.Client:
		o := *direct.Options()
		o.Dialer = dial
		c = goredis.NewClient(&o)
		_ = direct.Close()
	}
	return c
}

// dropAnswers closes the next connection on which an answer comes.
func (p *proxy) dropAnswers() { p.drop.Store(true) }

func (p *proxy) serve(client net.Conn, addr string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if n > 0 {
			if p.drop.CompareAndSwap(true, false) {
				return
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
