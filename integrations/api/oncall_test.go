package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestWhoIsOnCall(t *testing.T) {
	t.Parallel()
	w := begin(t)
	got := string(w.get("/api/v1/oncall", viewer).is(200).body)
	if !strings.HasPrefix(got, "[{") {
		t.Errorf("not a bare array: %s", got)
	}
	var all []api.OnCall
	if err := json.Unmarshal([]byte(got), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 || !slices.Equal(all[0].Users, []string{"amir", "jason"}) || all[0].Rotation != "daily" || all[0].Override {
		t.Errorf("on call: %+v", all)
	}
	if all[1].Schedule != "nights" || all[1].Users == nil || len(all[1].Users) != 0 {
		t.Errorf("nobody on call: %+v", all[1])
	}
	ethan := all[3]
	if ethan.Users[0] != "ethan" || !ethan.From.Equal(noon.Add(-3*time.Hour)) || !ethan.Until.Equal(noon.Add(21*time.Hour)) {
		t.Errorf("primary: %+v", ethan)
	}
	if !slices.Equal(ethan.Next, []string{"amir"}) {
		t.Errorf("after ethan comes %v", ethan.Next)
	}
	if nobody := all[1]; nobody.Until.IsZero() != (len(nobody.Next) == 0) {
		t.Errorf("after nobody comes %+v", nobody)
	}
	w.get("/api/v1/oncall?schedule=primary&at=2026-03-10T12:00:00Z", viewer).is(200, `"users":["amir"]`)
	w.get("/api/v1/oncall?schedule=primary&at=2026-03-10T00:00:00-12:00", viewer).is(200, `"users":["amir"]`)
	w.get("/api/v1/oncall?schedule=second", viewer).is(404, "no schedule called second")
	w.get("/api/v1/oncall?at=now", viewer).is(400, "at: ")
}

func TestThoseOnCallTogetherAreSoWhileAllOfThemAre(t *testing.T) {
	t.Parallel()
	w := begin(t)
	// Amir is in every pair; today's is new since nine, and goes on until nine.
	pair := into[[]api.OnCall](w.get("/api/v1/oncall?schedule=pairs&at=2026-03-10T12:00:00Z", viewer))
	if len(pair) != 1 || !slices.Equal(pair[0].Users, []string{"amir", "jason"}) ||
		!pair[0].From.Equal(noon.Add(21*time.Hour)) || !pair[0].Until.Equal(noon.Add(45*time.Hour)) {
		t.Errorf("on call: %+v", pair)
	}
}

func TestSchedulesNameTheirParticipants(t *testing.T) {
	t.Parallel()
	w := begin(t)
	list := into[api.List[api.Schedule]](w.get("/api/v1/schedules", viewer)).Items
	if len(list) != 4 || list[3].Name != "primary" || !slices.Equal(list[3].Rotations[0].Participants, []string{"amir", "ethan"}) ||
		!slices.Equal(list[3].OnCall, []string{"ethan"}) {
		t.Errorf("schedules: %+v", list)
	}
}
