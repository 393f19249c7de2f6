package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// primary is who the API says is on call as primary.
func (w *world) primary() string {
	w.Helper()
	return into[[]api.OnCall](w.get("/api/v1/oncall?schedule=primary", viewer))[0].Users[0]
}

func TestAnOverrideCountsAtOnceAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.post("/api/v1/overrides", viewer, `{"schedule":"primary","who":"amir","for":"1h","reason":"x"}`).is(403)
	o := into[api.Override](w.post("/api/v1/overrides", responder, `{"schedule":"primary","who":"amir","replace":"ethan","for":"1h","reason":"ethan is ill","user":"ethan"}`).is(201))
	want := api.Override{ID: "OVR-1", Status: "active", Schedule: "primary", User: "amir", Replace: "ethan", From: api.Time{Time: noon},
		To: api.Time{Time: noon.Add(time.Hour)}, Reason: "ethan is ill", By: "ethan", CreatedAt: api.Time{Time: noon}}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := w.primary(); got != "amir" {
		t.Errorf("%s is on call", got)
	}
	gone := into[api.Override](w.do("DELETE", "/api/v1/overrides/OVR-1?user=amir&reason=well+again", responder, "").is(200))
	if gone.Status != "cancelled" || gone.CancelledBy != "amir" || gone.CancelledFor != "well again" || w.primary() != "ethan" {
		t.Errorf("it is %+v, and %s is on call", gone, w.primary())
	}
	list := into[api.List[api.Override]](w.get("/api/v1/overrides?status=cancelled", viewer))
	if len(list.Items) != 1 || list.Items[0].ID != "OVR-1" {
		t.Errorf("listed are %+v", list)
	}
	w.do("DELETE", "/api/v1/overrides/OVR-9", responder, "").is(404, "OVR-9")
}

func TestAnOverrideThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for body, want := range map[string]string{
		`{"schedule":"primary","who":"dave","for":"1h","reason":"x"}`:                      "There is no user",
		`{"schedule":"nope","who":"amir","for":"1h","reason":"x"}`:                         "There is no schedule",
		`{"schedule":"primary","who":"amir","reason":"x"}`:                                 "to: missing",
		`{"schedule":"primary","who":"amir","for":"1h"}`:                                   "Say why",
		`{"schedule":"primary","who":"amir","for":"1h","to":"2026-03-10T00:00:00Z"}`:       "not both",
		`{"schedule":"primary","who":"amir","to":"2026-03-08T00:00:00Z","reason":"x"}`:     "not after its beginning",
		`{"schedule":"primary","who":"amir","for":"91d","reason":"x"}`:                     "longer than 90 days",
		`{"schedule":"primary","who":"amir","replace":"amir","for":"1h","reason":"x"}`:     "cannot replace themselves",
		`{"schedule":"primary","who":"amir","for":"1h","reason":"x","from":"yesterday"}`:   "from",
		`{"schedule":"primary","rotation":"x","who":"amir","for":"1h","reason":"because"}`: "no rotation is named",
	} {
		w.post("/api/v1/overrides", responder, body).is(400, want)
	}
}

func TestAnAbsenceNamesWhatWantsCoverAndWhoCouldTakeIt(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := into[api.Absence](w.post("/api/v1/absences", responder, `{"user":"ethan","for":"2h","reason":"a wedding"}`).is(201))
	var got []string
	for _, u := range a.Uncovered {
		got = append(got, u.Schedule)
	}
	if a.ID != "AWAY-1" || a.User != "ethan" || !cmp.Equal(got, []string{"pairs", "primary"}) || !cmp.Equal(a.Uncovered[1].Cover, []string{"amir"}) {
		t.Errorf("it is %+v", a)
	}
	if w.primary() != "ethan" {
		t.Error("it took ethan off call by itself")
	}
	w.post("/api/v1/absences/AWAY-1/cover", viewer, `{"user":"amir"}`).is(403)
	w.post("/api/v1/absences/AWAY-1/cover", responder, `{}`).is(400, "user: missing")
	w.post("/api/v1/absences/AWAY-1/cover", responder, `{"user":"jason","shift":2}`).is(409, "jason cannot take it")
	taken := into[api.Absence](w.post("/api/v1/absences/AWAY-1/cover", responder, `{"user":"amir","shift":2}`).is(200))
	if taken.Asks[1].TakenBy != "amir" || taken.Asks[1].Override != "OVR-1" || len(taken.Uncovered) != 1 || w.primary() != "amir" {
		t.Errorf("taken is %+v, and %s is on call", taken, w.primary())
	}
	w.post("/api/v1/absences/AWAY-9/cover", responder, `{"user":"amir"}`).is(404)
	list := into[api.List[api.Absence]](w.get("/api/v1/absences", viewer))
	if len(list.Items) != 1 || len(list.Items[0].Uncovered) != 1 {
		t.Errorf("with an override, listed are %+v", list)
	}
	if a = into[api.Absence](w.do("DELETE", "/api/v1/absences/AWAY-1", responder, "")); a.Status != "cancelled" || len(a.Uncovered) != 0 {
		t.Errorf("cancelled: %+v", a)
	}
}

func TestASwapIsCarriedOutByWhomItWasAskedOf(t *testing.T) {
	t.Parallel()
	w := begin(t)
	const trade = `{"user":"amir","to":"ethan","schedule":"primary","reason":"a wedding",
		"give":{"from":"2026-03-10T09:00:00Z","to":"2026-03-11T09:00:00Z"},"take":{"from":"2026-03-11T09:00:00Z","to":"2026-03-12T09:00:00Z"}}`
	s := into[api.Swap](w.post("/api/v1/swaps", responder, trade).is(201))
	if s.ID != "SWAP-1" || s.Status != "proposed" || s.From != "amir" || s.To != "ethan" || s.Take == nil {
		t.Fatalf("it is %+v", s)
	}
	w.post("/api/v1/swaps/SWAP-1/accept", responder, `{"user":"jason"}`).is(409, "Only ethan")
	s = into[api.Swap](w.post("/api/v1/swaps/swap-1/accept", responder, `{"user":"ethan","note":"fine"}`).is(200))
	if s.Status != "accepted" || s.EndedFor != "fine" || !cmp.Equal(s.Overrides, []string{"OVR-1", "OVR-2"}) {
		t.Errorf("it is %+v", s)
	}
	on := into[[]api.OnCall](w.get("/api/v1/oncall?schedule=primary&at=2026-03-10T12:00:00Z", viewer))
	if on[0].Users[0] != "ethan" || !on[0].Override {
		t.Errorf("on call is %+v", on)
	}
	w.post("/api/v1/swaps/SWAP-1/decline", responder, `{"user":"ethan"}`).is(409, "accepted")
	w.post("/api/v1/swaps", responder, trade).is(400, "amir is not on call there")
	if list := into[api.List[api.Swap]](w.get("/api/v1/swaps?status=proposed", viewer)); len(list.Items) != 0 {
		t.Errorf("proposed are %+v", list)
	}
}
