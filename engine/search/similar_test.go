package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// alike says which incidents are like one, and why.
func (l *library) alike(id store.ID) (out []string) {
	l.Helper()
	likes, err := l.Similar(l.Context(), l.docs[id], 5)
	if err != nil {
		l.Fatal(err)
	}
	for _, like := range likes {
		text := l.name[like.ID]
		sum := 0.0
		for _, r := range like.Why {
			text += fmt.Sprintf(" %s(%s)", r.What, strings.Join(r.Shared, ","))
			sum += r.Score
		}
		if like.Score > 1.000001 || like.Score < search.LeastLike || like.Score-sum > 1e-9 || sum-like.Score > 1e-9 {
			l.Errorf("%s: %v is not the sum of %+v", text, like.Score, like.Why)
		}
		out = append(out, text)
	}
	return out
}

func TestAnIncidentIsLikeThoseThatShareWhatIsRare(t *testing.T) {
	t.Parallel()
	l := shop(t)
	id := l.incident(4, 10, "The connection pool of checkout is exhausted again", func(s *incident.State) {
		s.Service, s.Tags, s.Labels = "checkout", []string{"capacity"}, []string{"alertname=PoolExhausted", "region=emea"}
	})
	got := l.alike(id)
	if len(got) != 1 || !strings.HasPrefix(got[0], "INC-1 service(checkout) label(alertname=poolexhausted) tag(capacity) words(") || strings.Contains(got[0], "the") {
		t.Errorf("%q", got)
	}
	if again := l.alike(id); !slices.Equal(got, again) {
		t.Errorf("another answer: %q", again)
	}
}

func TestOfEqualIncidentsTheNewestComesFirst(t *testing.T) {
	t.Parallel()
	l := open(t)
	var last store.ID
	for n := range uint64(9) {
		last = l.incident(n+1, int(n), "Disk full", func(s *incident.State) { s.Service = "db" })
	}
	var names []string
	for _, text := range l.alike(last) {
		names = append(names, strings.Fields(text)[0])
	}
	if got := strings.Join(names, " "); got != "INC-8 INC-7 INC-6 INC-5 INC-4" {
		t.Error(got)
	}
}

func TestNothingIsLikeAnIncidentOfWhichNothingIsShared(t *testing.T) {
	t.Parallel()
	l := shop(t)
	for _, title := range []string{"Certificates of the mail relay expired", "!!!", ""} {
		if got := l.alike(l.incident(9, 10, title, nil)); len(got) != 0 {
			t.Errorf("%q: %q", title, got)
		}
	}
}

func TestAPostmortemIsNotASimilarIncident(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.postmortem(1, "Checkout fails", nil)
	if got := l.alike(l.incident(1, 0, "Checkout fails", nil)); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestALongDescriptionIsComparedByItsRarestWords(t *testing.T) {
	t.Parallel()
	l := shop(t)
	id := l.incident(9, 10, "Checkout fails: connection pool exhausted", func(s *incident.State) {
		s.Service = "checkout"
		for i := range 5000 {
			s.Description += fmt.Sprintf("word%d ", i)
		}
	})
	if got := l.alike(id); len(got) != 1 || !strings.HasPrefix(got[0], "INC-1 service(checkout)") {
		t.Errorf("%q", got)
	}
}
