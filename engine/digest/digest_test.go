package digest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// settings are reviews every second Tuesday at 14:00 in Berlin, whose digest goes out a day before.
func settings() directory.Digest {
	return directory.Digest{
		From: "2026-03-10T14:00", Until: "2026-03-10T15:00", RRule: "FREQ=WEEKLY;INTERVAL=2", Zone: "Europe/Berlin", Ahead: 24 * time.Hour,
		Targets: []policy.Target{{Kind: policy.User, Name: "ethan"}, {Kind: policy.Channel, Name: "sre"}},
		Emails:  []string{"team@example.com", "ethan@example.com"}, Room: "Room 4",
	}
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	got, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func env(now time.Time) Env {
	dir := &directory.Directory{
		Users:    map[string]directory.User{"ethan": {Name: "ethan", Email: "ethan@example.com", Slack: "U1"}},
		Channels: map[string]directory.Channel{"sre": {Name: "sre", Type: "slack", To: "#sre"}},
		Vias:     map[string]bool{"email": true, "slack": true},
	}
	dir.Postmortem.Remind.Via = []string{"slack", "email"}
	return Env{Now: now, Dir: dir}
}

func begin(t *testing.T, now string) *State {
	t.Helper()
	e := env(at(t, now))
	s := New(store.NewID(store.KindDigest, Key().Shard), e)
	s.Configure(settings(), e)
	return s
}

// times are when it is sent, and when the reviews are, as many as are asked for.
func times(t *testing.T, s *State, n int) (got []string) {
	t.Helper()
	for range n {
		got = append(got, s.NextAt.Format("2 Jan 15:04")+" for "+s.MeetsAt.Format("2 Jan 15:04"))
		s.Tick(env(s.NextAt))
	}
	return got
}

func TestTheDigestKeepsItsHourOnTheWallWhereClocksChange(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	want := []string{"9 Mar 13:00 for 10 Mar 13:00", "23 Mar 13:00 for 24 Mar 13:00", "6 Apr 12:00 for 7 Apr 12:00"} // summer time from 29 March
	if diff := cmp.Diff(want, times(t, s, 3)); diff != "" {
		t.Error(diff)
	}
	d := settings()
	d.From, d.Until, d.RRule = "2026-03-29T14:00", "2026-03-29T15:00", "FREQ=WEEKLY"
	if r, _ := d.Next(at(t, "2026-03-20T00:00:00Z")); r.SendAt.Format(time.RFC3339) != "2026-03-28T13:00:00Z" || r.From.Format(time.RFC3339) != "2026-03-29T12:00:00Z" {
		t.Errorf("%+v, want 14:00 of the day before, when clocks still show winter time", r)
	}
}

func TestADigestGoesToEachAddressOnce(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	s.Tick(env(s.NextAt))
	var got []string
	for _, p := range s.Pages {
		got = append(got, p.User+p.Channel+p.Address+" "+p.Via)
	}
	if diff := cmp.Diff([]string{"ethan slack", "ethan email", "sre slack", "team@example.com email"}, got); diff != "" {
		t.Error(diff)
	}
	before := s.Paged
	s.Tick(env(s.Sent[0].At))
	s.Tick(env(s.Sent[0].At.Add(time.Hour)))
	if s.Paged != before {
		t.Error("it was sent twice")
	}
}

func TestAfterALongSilenceOneDigestIsSentForAllThatWereMissed(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	s.Tick(env(at(t, "2026-04-06T18:00:00Z"))) // three were due
	if s.Made != 1 || s.Sent[0].From.Format("2 Jan") != "7 Apr" || s.NextAt.Format("2 Jan") != "20 Apr" {
		t.Errorf("%d digests, the last for %v, the next at %v", s.Made, s.Sent[0].From, s.NextAt)
	}
}

func TestWhatWasNotSentUntilTheNextDigestIsGivenUp(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	s.Tick(env(s.NextAt))
	s.Tick(env(s.NextAt))
	for _, p := range s.Pages {
		if want := p.Round == 2; want != (p.Status == page.Pending) {
			t.Errorf("page %d of digest %d is %s", p.N, p.Round, p.Status)
		}
	}
	if since := s.Sent[1].Since; !since.Equal(s.Sent[0].At) {
		t.Errorf("it looks back to %v, want to the one before", since)
	}
}

func TestADigestThatIsTakenOutSendsNothingAndOneThatChangesBeginsAnew(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	now := env(at(t, "2026-03-02T00:00:00Z"))
	s.Configure(directory.Digest{}, now)
	s.Waits(now, func(at time.Time) {
		if !at.IsZero() {
			t.Errorf("it waits for %v", at)
		}
	})
	d := settings()
	d.Ahead = time.Hour
	s.Configure(d, now)
	if got := s.NextAt.Format(time.RFC3339); got != "2026-03-10T12:00:00Z" {
		t.Errorf("the next one is at %s", got)
	}
}

func TestAReviewIsToldOfOnceWhateverTheConfigurationSaysAfterwards(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*directory.Digest){
		"a shorter time ahead": func(d *directory.Digest) { d.Ahead = time.Hour },
		"another agenda":       func(d *directory.Digest) { d.Agenda = "Actions first." },
		"another room":         func(d *directory.Digest) { d.Room = "Room 5" },
	} {
		s := begin(t, "2026-03-01T00:00:00Z")
		s.Tick(env(s.NextAt)) // the one for 10 March
		d := settings()
		change(&d)
		s.Configure(directory.Digest{}, env(at(t, "2026-03-09T14:00:00Z")))
		s.Configure(d, env(at(t, "2026-03-09T15:00:00Z")))
		if got := s.MeetsAt.Format("2 Jan"); got != "24 Mar" || s.Made != 1 {
			t.Errorf("%s: %d made, the next one is for %s", name, s.Made, got)
		}
	}
	s := begin(t, "2026-03-01T00:00:00Z")
	s.Tick(env(s.NextAt))
	d := settings()
	d.From, d.Until = "2026-03-11T14:00", "2026-03-11T15:00" // it is a day later now
	s.Configure(d, env(at(t, "2026-03-09T15:00:00Z")))
	if got := s.MeetsAt.Format("2 Jan"); got != "11 Mar" {
		t.Errorf("the review was moved, the next digest is for %s", got)
	}
}

func TestADigestThatWasDueWhenTheConfigurationChangedIsSent(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	d := settings()
	d.Room = "Room 5"
	s.Configure(d, env(s.NextAt.Add(time.Hour))) // nothing ran in that hour
	if s.Made != 1 || s.Sent[0].From.Format("2 Jan") != "10 Mar" || s.Settings.Room != "Room 5" || s.MeetsAt.Format("2 Jan") != "24 Mar" {
		t.Errorf("%d made, the next one is for %v, in %s", s.Made, s.MeetsAt, s.Settings.Room)
	}
}

func TestADigestListsWhatToDiscussWhatIsOverdueAndActionsInViolation(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-03-09T13:00:00Z")
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	var c Content
	for _, s := range []*postmortem.State{
		{Number: 4, Status: postmortem.Open, Phase: postmortem.InReview, Title: "Search is slow", Owner: "amir", DueAt: day(2)},
		{Number: 3, Status: postmortem.Completed, Title: "Checkout\nfails", CompletedAt: day(-3),
			Actions: []postmortem.Item{{N: 1, Text: "Test it", Owner: "ethan", DueAt: day(-2)}, {N: 2, Text: "Later", DueAt: day(3)}, {N: 3, Text: "Done", Done: true, DueAt: day(-9)}}},
		{Number: 2, Status: postmortem.Completed, Title: "Long ago", CompletedAt: day(-30)},
		{Number: 5, Status: postmortem.Open, Phase: postmortem.Drafting, Title: "Mail is late", Owner: "darren", DueAt: day(-4)},
		{Number: 6, Status: postmortem.Waived, Title: "A drill", DueAt: day(-4), Actions: []postmortem.Item{{N: 1, Text: "x", DueAt: day(-2)}}},
	} {
		c.Take(s, day(-14), now)
	}
	c.Sort()
	d := settings()
	d.Agenda = "Actions first."
	title, text := c.Write(d, day(1), day(1).Add(time.Hour), now, time.UTC)
	want := `Tue 10 Mar 2026 13:00 to 14:00 UTC, Room 4

Agenda:
Actions first.

To discuss:
- PM-3 Checkout fails, published on Fri 6 Mar
- PM-4 Search is slow (amir), in review

Overdue:
- PM-5 Mail is late (darren), due on Thu 5 Mar 2026

Actions in violation:
- PM-3 action 1: Test it (ethan), due on Sat 7 Mar 2026, 2 days late`
	if diff := cmp.Diff(want, text); diff != "" || title != "Review of postmortems on Tue 10 Mar 2026" {
		t.Errorf("%s\n%s", title, diff)
	}
	if _, text := new(Content).Write(d, day(1), day(1), now, time.UTC); !strings.Contains(text, "There is nothing to discuss, and nothing is late.") {
		t.Errorf("of nothing:\n%s", text)
	}
}

func TestADigestThatListsMuchSaysHowMuchMore(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-03-09T13:00:00Z")
	var c Content
	for n := range uint64(35) {
		c.Take(&postmortem.State{Number: n + 1, Status: postmortem.Open, Phase: postmortem.InReview, Title: "x", DueAt: now.AddDate(0, 0, 1)}, now, now)
	}
	c.Sort()
	if _, text := c.Write(settings(), now, now, now, time.UTC); !strings.Contains(text, "- PM-30 x, in review\n- and 5 more") || strings.Contains(text, "PM-31") {
		t.Error(text)
	}
}

func TestTheRecordOfDigestsStaysSmall(t *testing.T) {
	t.Parallel()
	s := begin(t, "2026-03-01T00:00:00Z")
	for range 120 {
		s.Tick(env(s.NextAt))
	}
	if len(s.Pages) > 200 || len(s.Sent) > 5 || s.Paged != 480 {
		t.Errorf("%d pages of %d, %d digests", len(s.Pages), s.Paged, len(s.Sent))
	}
}
