package statuspage_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/statuspage"
	"github.com/tocsin-oncall/tocsin/integrations/statuspage/statuspagetest"
)

// world is a Statuspage with two components, and a sender for it.
type world struct {
	t    *testing.T
	page *statuspagetest.Server
	send *statuspage.Sender
}

func newWorld(t *testing.T) *world {
	t.Parallel()
	p := statuspagetest.New(t, "checkout", "login")
	return &world{t, p, sender(p, statuspagetest.Key, statuspagetest.Page)}
}

func sender(p *statuspagetest.Server, key, id string) *statuspage.Sender {
	return statuspage.New(statuspage.Options{APIKey: key, PageID: id, BaseURL: p.URL + "/"})
}

// first is the first update of INC-7.
func first() incident.Publication {
	return incident.Publication{
		Key: "i00-seven", Update: 1, Name: "Payments fail", Phase: "investigating", Body: "We are looking into it.",
		Components: map[string]string{"checkout": "major_outage"},
	}
}

func next(id string, n int, phase, body string) incident.Publication {
	p := first()
	p.ID, p.Update, p.Phase, p.Body = id, n, phase, body
	return p
}

func (w *world) try(p incident.Publication) (deliver.Receipt, error) {
	return w.send.Send(context.Background(), deliver.Message{Kind: page.Work, Via: "statuspage", Task: p.Task()})
}

func (w *world) publish(p incident.Publication) deliver.Receipt {
	w.t.Helper()
	r, err := w.try(p)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) equal(what string, got, want any) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAnIncidentIsPublishedFromItsFirstUpdateToItsResolution(t *testing.T) {
	w := newWorld(t)
	r := w.publish(first())
	w.equal("receipt", r.Result, map[string]string{"id": "in1", "url": "https://stspg.example/in1"})
	w.equal("harmed", w.page.Component("checkout"), "major_outage")
	w.equal("impact", w.page.Incidents()[0].Impact, "critical")

	silent := next("in1", 3, "identified", "The cause is known.")
	silent.Silent = true
	w.publish(silent)
	w.publish(next("in1", 4, "resolved", "It is over."))
	all := w.page.Incidents()
	w.equal("incidents", len(all), 1)
	w.equal("updates", all[0].Updates, []statuspagetest.Update{
		{Status: "investigating", Body: "We are looking into it.", Notified: true},
		{Status: "identified", Body: "The cause is known."},
		{Status: "resolved", Body: "It is over.", Notified: true},
	})
	w.equal("well again", w.page.Component("checkout"), "operational")
	w.equal("impact stays", all[0].Impact, "critical")
}

func TestAnUpdateWhoseAnswerIsLostIsPublishedOnce(t *testing.T) {
	w := newWorld(t)
	for i, p := range []incident.Publication{first(), next("in1", 2, "identified", "The cause is known."), next("in1", 3, "resolved", "It is over.")} {
		w.page.LoseAnswer()
		if _, err := w.try(p); err == nil || errors.Is(err, deliver.ErrPermanent) {
			t.Fatalf("update %d without an answer: %v", i+1, err)
		}
		w.equal("found again", w.publish(p).Ref, "in1")
	}
	all := w.page.Incidents()
	w.equal("incidents", len(all), 1)
	w.equal("updates", len(all[0].Updates), 3)
}

func TestAFirstUpdateThatResolvesIsFoundAgainToo(t *testing.T) {
	w := newWorld(t)
	p := first()
	p.Phase = "resolved"
	w.page.LoseAnswer()
	if _, err := w.try(p); err == nil {
		t.Fatal("there was no answer")
	}
	w.equal("found again", w.publish(p).Ref, "in1")
	w.equal("incidents", len(w.page.Incidents()), 1)
}

func TestAComponentThatAnotherIncidentHarmsDoesNotRecoverWithThisOne(t *testing.T) {
	w := newWorld(t)
	w.page.Open("made by hand", "login", "partial_outage")
	p := first()
	p.Components["login"] = "degraded_performance"
	w.publish(p)
	w.equal("the worse of the two", w.page.Component("login"), "partial_outage")

	other := first()
	other.Key, other.Components = "i00-eight", map[string]string{"checkout": "degraded_performance"}
	id := w.publish(other).Ref
	w.equal("the worse of the two", w.page.Component("checkout"), "major_outage")

	w.publish(next("in2", 2, "resolved", "It is over."))
	w.equal("what INC-8 wants", w.page.Component("checkout"), "degraded_performance")
	w.equal("what is harmed by hand", w.page.Component("login"), "partial_outage")
	other.ID, other.Update, other.Phase = id, 2, "resolved"
	w.publish(other)
	w.equal("nobody harms it", w.page.Component("checkout"), "operational")
}

func TestAServiceThatIsNotImpactedAfterAllRecovers(t *testing.T) {
	w := newWorld(t)
	p := first()
	p.Components["login"] = "major_outage"
	w.publish(p)
	w.publish(next("in1", 2, "identified", "Only payments."))
	w.equal("login", w.page.Component("login"), "operational")
	w.equal("checkout", w.page.Component("checkout"), "major_outage")
}

func TestTheEndOfAnIncidentDoesNotEndAMaintenance(t *testing.T) {
	w := newWorld(t)
	w.publish(first())
	w.page.Maintain("checkout")
	w.publish(next("in1", 2, "resolved", "It is over."))
	w.equal("checkout", w.page.Component("checkout"), "under_maintenance")
}

func TestTheKeyGoesNowhereElse(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer other.Close()
	here := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer here.Close()
	s := statuspage.New(statuspage.Options{APIKey: statuspagetest.Key, PageID: statuspagetest.Page, BaseURL: here.URL})
	if _, err := s.Send(t.Context(), deliver.Message{Task: first().Task()}); err == nil || errors.Is(err, deliver.ErrPermanent) || strings.Contains(err.Error(), statuspagetest.Key) {
		t.Error(err)
	}
}

func TestItWaitsForAsLongAsStatuspageAsks(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]time.Duration{"120": 2 * time.Minute, "86400": time.Hour, "soon": 30 * time.Second} {
		limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", asked)
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		s := statuspage.New(statuspage.Options{APIKey: statuspagetest.Key, PageID: statuspagetest.Page, BaseURL: limited.URL})
		_, err := s.Send(t.Context(), deliver.Message{Task: first().Task()})
		limited.Close()
		if retry := (*deliver.Retry)(nil); !errors.As(err, &retry) || retry.After != want {
			t.Errorf("%s: %v", asked, err)
		}
	}
}

func TestAnIncidentThatWasRemovedByHandIsNotMadeAgain(t *testing.T) {
	w := newWorld(t)
	w.publish(first())
	w.page.Delete("in1")
	r := w.publish(next("in1", 2, "identified", "The cause is known."))
	w.equal("receipt", r.Result, map[string]string{"gone": "true"})
	w.equal("incidents", len(w.page.Incidents()), 0)
}

func TestRefusalsAreTriedAgainUnlessTheRequestItselfIsWrong(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		status       int
		body, says   string
		final, limit bool
	}{
		{status: 420, limit: true, says: "too many requests (420)"},
		{status: http.StatusTooManyRequests, limit: true, says: "too many requests (429)"},
		{status: http.StatusBadGateway, says: "answered 502"},
		{status: http.StatusMovedPermanently, says: "providers.statuspage.base_url"},
		{status: http.StatusForbidden, says: "providers.statuspage.api_key"},
		{status: http.StatusUnprocessableEntity, body: `{"error":["Name is odd","Body, too"]}`, says: "Name is odd; Body, too", final: true},
	} {
		w.page.Refuse(c.status, c.body)
		_, err := w.try(first())
		var retry *deliver.Retry
		limited := errors.As(err, &retry) && retry.Limited && retry.After >= 10*time.Second
		if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, deliver.ErrPermanent) != c.final || limited != c.limit {
			t.Errorf("%d: %v", c.status, err)
		}
	}
	if _, err := sender(w.page, "wrong-key", statuspagetest.Page).Send(context.Background(), deliver.Message{Task: first().Task()}); err == nil || strings.Contains(err.Error(), "wrong-key") {
		t.Errorf("a wrong key: %v", err)
	}
	if _, err := sender(w.page, statuspagetest.Key, "nopage").Send(context.Background(), deliver.Message{Task: first().Task()}); err == nil || !strings.Contains(err.Error(), "page_id") {
		t.Errorf("a wrong page: %v", err)
	}
	if _, err := w.send.Send(context.Background(), deliver.Message{Text: "hello"}); !errors.Is(err, deliver.ErrPermanent) {
		t.Errorf("a message: %v", err)
	}
	w.equal("incidents", len(w.page.Incidents()), 0)
}

func TestALongTitleIsCutToWhatStatuspageTakes(t *testing.T) {
	w := newWorld(t)
	p := first()
	p.Name = strings.Repeat("ä", 300)
	w.publish(p)
	w.equal("title", len([]rune(w.page.Incidents()[0].Name)), 255)
}
