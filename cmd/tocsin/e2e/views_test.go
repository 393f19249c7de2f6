package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// alertView is as much of an alert as the stories look at.
type alertView struct {
	ID          string         `json:"id"`
	Number      int            `json:"number"`
	Integration string         `json:"integration"`
	DedupKey    string         `json:"dedup_key"`
	Title       string         `json:"title"`
	Status      string         `json:"status"`
	Priority    string         `json:"priority"`
	Count       int            `json:"count"`
	AckedBy     string         `json:"acked_by"`
	ClosedBy    string         `json:"closed_by"`
	CreatedAt   string         `json:"created_at"`
	Incident    string         `json:"incident"`
	Details     map[string]any `json:"details"`
	Pages       []pageView     `json:"pages"`
	Timeline    []struct {
		Kind string `json:"kind"`
		By   string `json:"by"`
		Text string `json:"text"`
	} `json:"timeline"`
}

type pageView struct {
	Kind     string `json:"kind"`
	Step     int    `json:"step"`
	User     string `json:"user"`
	Channel  string `json:"channel"`
	Status   string `json:"status"`
	Attempts int    `json:"attempts"`
	Error    string `json:"error"`
	AckURL   string `json:"ack_url"`
	DueAt    string `json:"due_at"`
	SentAt   string `json:"sent_at"`
}

// page returns the first escalation page of a user over a channel.
func (a alertView) page(user, channel string) pageView {
	for _, p := range a.Pages {
		if p.User == user && p.Channel == channel && p.Kind == "escalation" {
			return p
		}
	}
	return pageView{}
}

type receipt struct {
	ID       string `json:"id"`
	Number   int    `json:"number"`
	DedupKey string `json:"dedup_key"`
	Status   string `json:"status"`
}

type receipts struct {
	Alerts []receipt `json:"alerts"`
}

type listOf[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

// fire sends one alert to the integration "json" and returns what became of it.
func (s *server) fire(fields map[string]any) receipt {
	s.t.Helper()
	got := as[receipts](s.t, s.send("json", fields), http.StatusAccepted)
	if len(got.Alerts) != 1 {
		s.t.Fatalf("one alert was sent, %d were taken", len(got.Alerts))
	}
	return got.Alerts[0]
}

// alert reads one alert by its number.
func (s *server) alert(number int) alertView {
	s.t.Helper()
	return as[alertView](s.t, s.get("/api/v1/alerts/"+strconv.Itoa(number)), http.StatusOK)
}

// alerts reads all alerts that a query names.
func (s *server) alerts(query string) (all []alertView) {
	s.t.Helper()
	for cursor := ""; ; {
		path := "/api/v1/alerts?limit=500&" + query
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		list := as[listOf[alertView]](s.t, s.get(path), http.StatusOK)
		all = append(all, list.Items...)
		if cursor = list.Next; cursor == "" {
			return all
		}
	}
}

// untilAlert waits until an alert is as match says, and returns it.
func (s *server) untilAlert(number int, what string, match func(alertView) bool) (a alertView) {
	s.t.Helper()
	until(s.t, what, func() (bool, any) {
		a = s.alert(number)
		return match(a), a
	})
	return a
}

// metric is the sum of the samples whose name and labels begin so, such as `tocsin_alerts{state="open"`.
func (s *server) metric(begin string) float64 {
	s.t.Helper()
	return sumOf(s.t, s.Do(http.MethodGet, "/metrics", "", "", nil).Body, begin)
}

func sumOf(t *testing.T, scrape, begin string) (sum float64) {
	t.Helper()
	for line := range strings.Lines(scrape) {
		line = strings.TrimSpace(line)
		rest, ok := strings.CutPrefix(line, begin)
		if !ok || rest != "" && !strings.ContainsAny(rest[:1], `{ ,}`) {
			continue
		}
		v, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		sum += v
	}
	return sum
}

func itoa(n int) string { return strconv.Itoa(n) }
