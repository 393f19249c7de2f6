package api_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestHeartbeatsAreShownWithWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if _, err := w.engine.Keep(context.Background(), w.clock()); err != nil {
		t.Fatal(err)
	}
	w.later(30 * time.Minute)
	if err := w.engine.Ping(context.Background(), "nightly"); err != nil {
		t.Fatal(err)
	}
	var list api.List[api.Heartbeat]
	if err := json.Unmarshal(w.get("/api/v1/heartbeats", viewer).is(200).body, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 {
		t.Fatalf("%d heartbeats, want 1", len(list.Items))
	}
	h := list.Items[0]
	pinged := noon.Add(30 * time.Minute)
	if h.Name != "nightly" || h.Late || h.Pings != 1 || !h.LastPing.Equal(pinged) || !h.DueAt.Equal(pinged.Add(time.Hour)) || !h.Deadline.Equal(pinged.Add(65*time.Minute)) {
		t.Errorf("shown as %+v", h)
	}
}
