package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// connect makes the network of the stage: addresses such as https://oncall.example.com lead to servers of this process,
// 127.0.0.1 to itself, and nothing else leads anywhere. It is that of the whole process.
func connect(t testing.TB, to map[string]string) {
	hosts := map[string]string{}
	for name, url := range to {
		hosts[strings.TrimPrefix(name, "https://")+":443"] = strings.TrimPrefix(url, "http://")
	}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		t.Fatal("the default transport is not one of HTTP")
	}
	var dialer net.Dialer
	transport.Proxy = nil
	transport.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		there, known := hosts[address]
		if !known {
			return nil, fmt.Errorf("%s is not on the stage", address)
		}
		return dialer.DialContext(ctx, network, there)
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if !strings.HasPrefix(address, "127.0.0.1:") {
			return nil, errors.New(address + " is not on the stage")
		}
		return dialer.DialContext(ctx, network, address)
	}
}
