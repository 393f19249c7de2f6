package api_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAnAlertThatIsHeldSaysWhyAndUntilWhen(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Link flaps","tags":["flapping"]}`)
	if len(a.Held) != 1 || a.Held[0].Reason != alert.HoldDelay || a.Held[0].Text != "delayed by 5m" || !a.Held[0].Until.Equal(noon.Add(5*time.Minute)) {
		t.Errorf("held: %+v", a.Held)
	}
	if a.Next == nil || !a.Next.At.Equal(noon.Add(5*time.Minute)) || len(a.Pages) > 0 {
		t.Errorf("next is %+v, pages %+v", a.Next, a.Pages)
	}
	if plain := w.fire(`{"title":"Disk full"}`); plain.Held == nil || len(plain.Held) > 0 {
		t.Errorf("an alert that is not held says %+v", plain.Held)
	}
	held := into[api.List[api.Alert]](w.get("/api/v1/alerts?held=true", viewer))
	if len(held.Items) != 1 || held.Items[0].Number != a.Number {
		t.Errorf("%d alerts are listed as held", len(held.Items))
	}
	w.later(6 * time.Minute)
	if held = into[api.List[api.Alert]](w.get("/api/v1/alerts?held=true", viewer)); len(held.Items) != 0 {
		t.Errorf("%+v", held.Items)
	}
}

func TestEscalatingEndsTheHold(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Link flaps","tags":["flapping"]}`)
	a := into[api.Alert](w.post("/api/v1/alerts/1/escalate", responder, `{"user":"amir"}`))
	if len(a.Held) > 0 || len(a.Pages) == 0 {
		t.Errorf("held: %+v, pages %+v", a.Held, a.Pages)
	}
}
