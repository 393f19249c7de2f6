package ackpage_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

func TestThePageSaysWhatIsWrongWhoWasPagedAndWhatComesNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	a := w.get(w.link(id, "ethan"))
	if a.Code != http.StatusOK || a.text("title") != "P1 #1042 Disk full on db-1" || a.text("h1") != "Disk full on db-1" {
		t.Errorf("answered %d, %q, %q", a.Code, a.text("title"), a.text("h1"))
	}
	all := a.text("main")
	for _, want := range []string{
		"97% of /var is used", "severity critical", "free 3.5", "Since 22:50 EDT (10 min ago)", "3 times, last 2 min ago", "Nobody has it yet.",
		"ethan text, delivered , 22:51 EDT", "Amir A. call, could not be reached , 22:52 EDT",
		"team it-west at 23:05 EDT, in 5 min", "created by prometheus", "amir: looking",
		"grafana.example.com", "wiki.example.com",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the page does not say %q: %s", want, all)
		}
	}
	for _, never := range []string{"secret provider words", "darren"} {
		if strings.Contains(all, never) {
			t.Errorf("the page says %q", never)
		}
	}
	if diff := cmp.Diff([]string{"Acknowledge", "Escalate now", "1 hour", "4 hours", "Until Mon 09:00", "Close"}, a.buttons()); diff != "" {
		t.Error(diff)
	}
}

func TestThePageSaysWhatTheAlertWaitsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open()
	st.Holds = []alert.Hold{{Reason: alert.HoldQuiet, Name: "nights", Text: "quiet hours nights", Until: now.Add(8 * time.Hour)}}
	if all := w.get(w.link(id, "ethan")).text("main"); !strings.Contains(all, "It waits before it pages: quiet hours nights, until Mon 9 Mar 07:00 EDT (in 8 h 0 min).") {
		t.Errorf("the page says %s", all)
	}
}

func TestGetAndHeadNeverChangeAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.bundle, w.mayAct = []*alert.State{w.alerts[id]}, false
	for _, subject := range []string{id, "b-1"} {
		link := w.link(subject, "ethan")
		for _, query := range []string{"", "?do=ack", "?did=ack", "?do=close&token=" + link} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, "PROPFIND"} {
				w.do(httptest.NewRequest(method, "/a/"+link+query, strings.NewReader("do=ack&token="+link)))
			}
		}
	}
}

func TestAPostWithoutTheTokenInItsBodyIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.bundle, w.mayAct = []*alert.State{w.alerts[id]}, false
	for _, subject := range []string{id, "b-1"} {
		link := w.link(subject, "ethan")
		for _, form := range []url.Values{{}, {"do": {"ack"}}, {"do": {"ack"}, "token": {w.link(id, "amir")}}, {"token": {link}}, {"token": {link}, "do": {"explode"}}, {"token": {link}, "do": {"snooze"}, "for": {"99y"}}} {
			if a := w.post(link, form); a.Code != http.StatusBadRequest || !strings.Contains(a.text("main"), "Nothing was done") {
				t.Errorf("%v: answered %d: %s", form, a.Code, a.text("main"))
			}
		}
		if a := w.post(link+"?do=ack&token="+link, url.Values{}); a.Code != http.StatusBadRequest {
			t.Errorf("a token in the query: answered %d", a.Code)
		}
		if a := w.post(link, url.Values{"token": {link}, "do": {"ack"}, "x": {strings.Repeat("x", 70<<10)}}); a.Code != http.StatusBadRequest {
			t.Errorf("a huge body: answered %d", a.Code)
		}
	}
}

func TestEveryButtonDoesWhatItSays(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]struct{ did, said string }{
		"Acknowledge": {"ethan ack #1042 over link", "Acknowledged. It is yours now."},
		"Escalate":    {"ethan escalate #1042 over link", "Escalated. The next step is being taken."},
		"1 hour":      {"ethan snooze #1042 over link until 2026-03-09T04:00:00Z", "Snoozed. It comes back if it is not closed by then."},
		"4 hours":     {"ethan snooze #1042 over link until 2026-03-09T07:00:00Z", "Snoozed. It comes back if it is not closed by then."},
		"Until Mon":   {"ethan snooze #1042 over link until 2026-03-09T09:00:00-04:00", "Snoozed. It comes back if it is not closed by then."},
		"Close":       {"ethan close #1042 over link", "Closed."},
	} {
		w := newWorld(t)
		w.open()
		a := w.press(w.link(id, "ethan"), label)
		if diff := cmp.Diff([]string{want.did}, w.done); diff != "" {
			t.Errorf("%s: %s", label, diff)
		}
		if a.said() != want.said {
			t.Errorf("%s: says %q, want %q", label, a.said(), want.said)
		}
	}
}

func TestWhoIsCalledToAnIncidentCanDeclineByTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open()
	if a := w.get(w.link(id, "ethan")); strings.Contains(a.text("main"), "I cannot") {
		t.Error("an alert that calls nobody can be declined")
	}
	st.Incident, st.Responds = "INC-7", "team:ops"
	w.press(w.link(id, "ethan"), "I cannot")
	if diff := cmp.Diff([]string{"ethan decline #1042 over link"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestTheMorningIsOnTheUsersWallClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.press(w.link(id, "amir"), "Until Tue 09:00") // in UTC it is Monday already
	if diff := cmp.Diff([]string{"amir snooze #1042 over link until 2026-03-10T09:00:00Z"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestPressingTwiceDoesItOnce(t *testing.T) {
	t.Parallel()
	for _, label := range []string{"Acknowledge", "Escalate", "1 hour", "Until", "Close"} {
		w := newWorld(t)
		w.open()
		link := w.link(id, "ethan")
		form := w.get(link).form(t, label)
		w.follow(link, w.post(link, form))
		w.follow(link, w.post(link, form))
		if len(w.done) != 1 {
			t.Errorf("%s: did %q", label, w.done)
		}
	}
}

func TestWhoeverIsLateLearnsWhoHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open()
	link := w.link(id, "ethan")
	form := w.get(link).form(t, "Acknowledge")
	st.Status, st.AckedBy, st.AckedAt = alert.Acked, "amir", now.Add(-time.Minute)
	a := w.follow(link, w.post(link, form))
	if a.said() != "Amir A. was faster and has it already. Nothing was changed." || len(w.done) > 0 {
		t.Errorf("did %q, said %q", w.done, a.said())
	}
	if got := a.text("header"); !strings.Contains(got, "Amir A. has it, since 22:59 EDT.") {
		t.Errorf("the page says %q", got)
	}
	if diff := cmp.Diff([]string{"Close", "Escalate now", "1 hour", "4 hours", "Until Mon 09:00"}, a.buttons()); diff != "" {
		t.Error(diff)
	}
}

func TestAUsedLinkShowsTheClosedAlertWithoutButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open()
	st.Status, st.ClosedBy, st.ClosedAt = alert.Closed, "amir", now.Add(-24*time.Hour)
	a := w.get(w.link(id, "ethan"))
	if a.Code != http.StatusOK || len(a.buttons()) > 0 || !strings.Contains(a.text("header"), "Closed by Amir A., Sat 7 Mar 22:00 EST") {
		t.Errorf("answered %d with %q: %s", a.Code, a.buttons(), a.text("header"))
	}
}

func TestARefusalIsSaidOnThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.refusing = "Alert #1042 has no further step to escalate to."
	link := w.link(id, "ethan")
	a := w.post(link, w.get(link).form(t, "Escalate"))
	if a.Code != http.StatusConflict || a.said() != w.refusing {
		t.Errorf("answered %d: %q", a.Code, a.said())
	}
}

func TestOldForgedAndOrphanedLinksSaySoKindly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.mayAct = false
	good := w.link(id, "ethan")
	for name, c := range map[string]struct {
		link string
		code int
		says string
	}{
		"expired":         {w.signer.Sign(token.Token{Subject: id, User: "ethan", Expires: now}), http.StatusGone, "has expired"},
		"damaged":         {good[:len(good)-3], http.StatusNotFound, "does not work"},
		"forged":          {"A" + good[1:], http.StatusNotFound, "does not work"},
		"none":            {"", http.StatusNotFound, "does not work"},
		"hostile":         {"%3Cscript%3Ealert(1)%3C%2Fscript%3E", http.StatusNotFound, "does not work"},
		"alert is gone":   {w.link("a00-01jv5yhh6cfq3tqk6d5b2m8z4w", "ethan"), http.StatusGone, "not kept any more"},
		"bundle is gone":  {w.link("b-9", "ethan"), http.StatusGone, "not kept any more"},
		"user has left":   {w.link(id, "jason"), http.StatusGone, "made for jason"},
		"channel was cut": {w.link(id, "channel:old"), http.StatusGone, "made for channel:old"},
	} {
		for _, a := range []answer{w.get(c.link), w.post(c.link, url.Values{"token": {c.link}, "do": {"ack"}})} {
			if a.Code != c.code || !strings.Contains(a.text("main"), c.says) || len(a.buttons()) > 0 {
				t.Errorf("%s: answered %d: %s", name, a.Code, a.text("main"))
			}
			if strings.Contains(a.Body.String(), "Disk full") || strings.Contains(a.Body.String(), "<script") {
				t.Errorf("%s: tells too much: %s", name, a.Body)
			}
		}
	}
}

func TestWhileTheStoreIsAwayThePageSaysTryAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	link := w.link(id, "ethan")
	form := w.get(link).form(t, "Acknowledge")
	w.away = store.ErrUnavailable
	for _, a := range []answer{w.get(link), w.post(link, form), w.get(w.link("b-1", "ethan"))} {
		if a.Code != http.StatusServiceUnavailable || a.Header().Get("Retry-After") == "" || !strings.Contains(a.text("main"), "try again") {
			t.Errorf("answered %d: %s", a.Code, a.text("main"))
		}
	}
}

func TestHostileTextIsOnlyText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open()
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'</style>`
	st.Title, st.Description, st.Source, st.Priority, st.Service = evil, evil, evil, evil, evil
	st.Link, st.Runbook = "javascript:alert(1)", "https://wiki.example.com/\"onmouseover=alert(1)"
	st.Labels, st.Details = map[string]string{evil: evil}, map[string]any{evil: []any{evil}}
	st.Pages[0].Via, st.Pages[0].User = evil, evil
	st.Timeline[0].Text = evil
	w.bundle = []*alert.State{st}
	for _, subject := range []string{id, "b-1"} {
		a := w.get(w.link(subject, "ethan"))
		if n := len(a.all("script")) + len(a.all("img")); n > 0 || a.text("h1") == "" {
			t.Errorf("%s: %d elements came from an alert: %s", subject, n, a.Body)
		}
		for _, link := range a.all("a") {
			if href := attr(link, "href"); strings.HasPrefix(href, "javascript") || attr(link, "onmouseover") != "" {
				t.Errorf("%s: a link to %q", subject, href)
			}
		}
		for n := range a.doc.Descendants() {
			if attr(n, "onerror") != "" || attr(n, "style") != "" {
				t.Errorf("%s: <%s> has attributes from an alert", subject, n.Data)
			}
		}
	}
}

func TestThePageLoadsNothingAndLeaksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.bundle = []*alert.State{w.alerts[id]}
	link := w.link(id, "ethan")
	for _, a := range []answer{w.get(link), w.get(w.link("b-1", "ethan")), w.get("nonsense"), w.post(link, w.get(link).form(t, "Acknowledge"))} {
		h := a.Header()
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		} {
			if h.Get(name) != want {
				t.Errorf("%d: %s: %q, want %q", a.Code, name, h.Get(name), want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; ") || !strings.Contains(csp, "form-action 'self'") || !strings.Contains(h.Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%d: headers %v", a.Code, h)
		}
		for _, tag := range []string{"script", "img", "link", "iframe", "object"} {
			if len(a.all(tag)) > 0 {
				t.Errorf("%d: the page has a <%s>", a.Code, tag)
			}
		}
		for _, style := range a.all("style") {
			sum := sha256.Sum256([]byte(style.FirstChild.Data))
			if !strings.Contains(csp, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
				t.Errorf("%d: the browser would refuse the style", a.Code)
			}
		}
	}
}

func TestALinkPostedInAChannelActsInItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	link := w.link(id, "channel:sre")
	if got := w.get(link).text("main"); !strings.Contains(got, "recorded as done in #sre") {
		t.Errorf("the page says %q", got)
	}
	w.press(link, "Acknowledge")
	if diff := cmp.Diff([]string{"channel:sre ack #1042 over link"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestAVeryBigAlertMakesAPageOfBoundedSize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open()
	st.Title, st.Description = strings.Repeat("t", 1<<20), strings.Repeat("d", 1<<20)
	st.Labels = map[string]string{}
	for i := range 10000 {
		st.Labels[strings.Repeat("l", 1000)+string(rune('0'+i%10))+time.Duration(i).String()] = strings.Repeat("v", 1000)
		st.Timeline = append(st.Timeline, alert.Entry{At: now, Kind: "note", Text: strings.Repeat("n", 1000)})
		st.Pages = append(st.Pages, page.Page{User: "ethan", Status: page.Sent})
	}
	if a := w.get(w.link(id, "ethan")); a.Code != http.StatusOK || a.Body.Len() > 256<<10 {
		t.Errorf("answered %d with %d bytes", a.Code, a.Body.Len())
	}
}

func TestAFlashCannotBeInvented(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	link := w.link(id, "ethan")
	for _, did := range []string{"ack", "late", "snooze", "close", "<b>hello</b>"} {
		if got := w.get(link + "?did=" + url.QueryEscape(did)).said(); got != "" {
			t.Errorf("did=%s says %q of an alert that is open", did, got)
		}
	}
}

func TestAConfigurationWithoutZonesTellsUTC(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.dir = &directory.Directory{Users: map[string]directory.User{"ethan": {Name: "ethan"}}}
	if got := w.get(w.link(id, "ethan")).text("main"); !strings.Contains(got, "02:50 UTC") {
		t.Errorf("the page says %s", got)
	}
}
