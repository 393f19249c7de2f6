package redis

import (
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/engine/store/storetest"
)

func TestAHalfRestoredStateIsOpenedOnlyToGoOn(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, Options{URL: server.URL()})
	storetest.Works(t, s) // begins to restore b1
	_, err := Open(t.Context(), Options{URL: server.URL()})
	if err == nil || !strings.Contains(err.Error(), "a part of backup b1") || !strings.Contains(err.Error(), "tocsin restore again") {
		t.Errorf("a server that starts: %v, want it refused", err)
	}
	again := open(t, Options{URL: server.URL(), ToRestore: true})
	if err := again.EndRestore(t.Context()); err != nil {
		t.Fatal(err)
	}
	open(t, Options{URL: server.URL()})
}
