package postmortem

import (
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// told are the messages to a channel, the latest last.
func (s *story) told(channel string) (pages []*page.Page) {
	for i := range s.Pages {
		if s.Pages[i].Channel == channel {
			pages = append(pages, &s.Pages[i])
		}
	}
	return pages
}

func TestChannelsAreToldOfEveryChangeAndWhatComesWhileAMessageWaitsGoesWithIt(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Channels = map[string]directory.Channel{"audit": {Name: "audit", Type: "webhook"}}
	dir.Postmortem.Channels = []string{"audit"}
	s := owed(t, dir, "payments")
	made := s.told("audit")
	if len(made) != 1 || made[0].Via != "webhook" || !strings.Contains(made[0].Text, "amir owns it") {
		t.Fatalf("told %+v", made)
	}
	s.must(Action{Do: Note, By: "ethan", Note: "the vendor knows"})
	if all := s.told("audit"); len(all) != 1 || !strings.HasSuffix(all[0].Text, "\nethan: the vendor knows") {
		t.Errorf("what came while it waited: %+v", all)
	}
	claim := func(p *page.Page, o page.Outcome) {
		p.Claim("r1", s.now)
		o.N, o.Fence = p.N, p.Attempts
		s.must(Settled{o})
	}
	claim(s.told("audit")[0], page.Outcome{Ref: "x"})
	s.must(Action{Do: Assign, By: "ethan", Owner: "ethan"})
	all := s.told("audit")
	if len(all) != 2 || strings.Contains(all[1].Text, "vendor") || !strings.Contains(all[1].Text, "assigned to ethan") {
		t.Fatalf("the second message: %+v", *all[len(all)-1])
	}
	claim(all[1], page.Outcome{Error: "no such hook", Permanent: true})
	if all := s.told("audit"); len(all) != 2 {
		t.Errorf("that a channel cannot be told is told to the channel: %+v", all[2])
	}
	if got := s.says("failed"); !strings.Contains(got, "audit could not be told over webhook: no such hook") {
		t.Errorf("the record says %q", got)
	}
	s.must(Action{Do: Waive, By: "amir", Note: "a drill"})
	if all := s.told("audit"); len(all) != 3 || all[2].Status != page.Pending || strings.Contains(all[2].Text, "no such hook") {
		t.Errorf("the end: %+v", *all[len(all)-1])
	}
}
