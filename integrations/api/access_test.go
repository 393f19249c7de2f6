package api_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestWithoutAKnownKeyNothingIsShown(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for name, key := range map[string]string{"none": "", "wrong": "another-key-01234567", "beginning of one": admin[:10]} {
		t.Run(name, func(t *testing.T) {
			got := w.get("/api/v1/alerts", key).is(401, `"code":"unauthorized"`, "api_keys")
			if got.header.Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
		})
	}
}

func TestWithoutConfiguredKeysTheAnswerSaysHowToAddOne(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.keys = nil
	w.get("/api/v1/alerts", admin).is(401, "no key is configured", "role: admin")
}

func TestAnEmptySecretAdmitsNobody(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.keys = []api.Key{{Name: "broken", Role: api.Admin}}
	w.get("/api/v1/alerts", " ").is(401)
}

func TestKeysAreThoseOfTheConfigurationInForce(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.get("/api/v1/alerts", viewer).is(200)
	w.mu.Lock()
	w.keys = w.keys[:2]
	w.mu.Unlock()
	w.get("/api/v1/alerts", viewer).is(401)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","dedup_key":"disk"}`)
	w.learn()
	for _, try := range []struct {
		method, path, body             string
		asViewer, asResponder, asAdmin int
	}{
		{"GET", "/alerts", "", 200, 200, 200},
		{"GET", "/oncall", "", 200, 200, 200},
		{"GET", "/events", "", 200, 200, 200},
		{"GET", "/explain?title=x", "", 200, 200, 200},
		{"GET", "/search?q=x", "", 200, 200, 200},
		{"POST", "/alerts/1/note", `{"note":"looking"}`, 403, 200, 200},
		{"POST", "/alerts", `{"title":"x"}`, 403, 202, 202},
		{"POST", "/incidents", `{"title":"x"}`, 403, 201, 201},
		{"GET", "/config", "", 403, 403, 200},
		{"GET", "/backup", "", 403, 403, 200},
		{"POST", "/reload", "", 403, 403, 200},
	} {
		for key, want := range map[string]int{viewer: try.asViewer, responder: try.asResponder, admin: try.asAdmin} {
			got := w.do(try.method, "/api/v1"+try.path, key, try.body).is(want)
			if want == 403 {
				got.is(403, `"code":"forbidden"`, "needs")
			}
		}
	}
}

func TestOnlyAdminsSeeAckLinks(t *testing.T) {
	t.Parallel()
	w := begin(t)
	a := w.fire(`{"title":"Disk full","priority":"P2"}`)
	if len(a.Pages) == 0 || a.Pages[0].AckURL != "http://tocsin.test/a/"+a.ID+"-ethan" {
		t.Errorf("an admin sees %+v", a.Pages)
	}
	for _, key := range []string{viewer, responder} {
		for _, path := range []string{"/api/v1/alerts", "/api/v1/alerts/1"} {
			if got := w.get(path, key).is(200); strings.Contains(string(got.body), "ack_url") || strings.Contains(string(got.body), "/a/") {
				t.Errorf("%s shows an ack link: %s", path, got.body)
			}
		}
	}
}

func TestViewersDoNotSeeHowToReachPeople(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if got := w.get("/api/v1/users", viewer).is(200, "ethan", "Ethan Z."); strings.Contains(string(got.body), "+1555") || strings.Contains(string(got.body), "@") {
		t.Errorf("a viewer sees %s", got.body)
	}
	w.get("/api/v1/users", responder).is(200, "+15550100", "ethan@example.com")
	users := into[api.List[api.User]](w.get("/api/v1/users", viewer)).Items
	if len(users) != 3 || users[0].Name != "amir" || !users[0].Reachable || users[2].Reachable || users[1].Teams[0] != "ops" {
		t.Errorf("users %+v", users)
	}
}

func TestWhatIsDoneIsLoggedWithTheNameOfTheKey(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full"}`)
	w.post("/api/v1/alerts/1/ack", responder, "").is(200)
	if log := w.log.String(); !strings.Contains(log, "key=bot did=ackAlert path=/api/v1/alerts/1/ack") || strings.Contains(log, responder) {
		t.Errorf("the log says %s", log)
	}
}

func TestABadConfigurationIsRefusedWithItsProblem(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.bad = errors.New("tocsin.yaml:3:1: unknown key \"rulez\"")
	w.post("/api/v1/reload", admin, "").is(422, "tocsin.yaml:3:1: unknown key", "still is")
}

func TestWhileTheStoreIsAwayTheAnswerIs503(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full"}`)
	w.store.Close()
	for _, got := range []answer{
		w.get("/api/v1/alerts", viewer), w.get("/api/v1/alerts/1", viewer), w.post("/api/v1/alerts/1/ack", admin, ""),
		w.post("/api/v1/alerts", admin, `{"title":"x"}`), w.get("/api/v1/incidents/INC-1", viewer),
	} {
		got.is(503, `"code":"store_unavailable"`)
		if got.header.Get("Retry-After") != "5" {
			t.Errorf("%s: Retry-After %q", got.what, got.header.Get("Retry-After"))
		}
	}
	w.get("/api/v1/oncall", viewer).is(200, "ethan") // needs no store
}

func TestUnknownPathsAndMethodsAreAnsweredInJSON(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.get("/api/v1/alarms", admin).is(404, `"code":"not_found"`)
	w.get("/api/v1/", admin).is(404, `"code":"not_found"`)
	got := w.do("DELETE", "/api/v1/alerts/1", admin, "").is(405, `"code":"method_not_allowed"`)
	if got.header.Get("Allow") != "GET" {
		t.Errorf("Allow: %q", got.header.Get("Allow"))
	}
}

func TestAnswersAreNotCached(t *testing.T) {
	t.Parallel()
	w := begin(t)
	if got := w.get("/api/v1/oncall", viewer); got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", got.header.Get("Cache-Control"))
	}
}
