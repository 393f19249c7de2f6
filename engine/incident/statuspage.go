package incident

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Statuspage is what is known of the incident at Atlassian Statuspage. What is told to public audiences is published
// there one update at a time, in order.
type Statuspage struct {
	ID        string `json:"id,omitempty"` // of the incident there; empty before it has one
	URL       string `json:"url,omitempty"`
	Published int    `json:"published,omitempty"` // the number of the latest update that it shows
	Seen      int    `json:"seen,omitempty"`      // the latest update of which it was decided whether it is published
	Queue     []int  `json:"queue,omitempty"`     // the updates that are still to be published; the first may be under way
	Page      int    `json:"page,omitempty"`      // the task under way, 0 for none
	Failed    int    `json:"failed,omitempty"`    // how many updates were given up
	Error     string `json:"error,omitempty"`     // why the latest attempt failed; empty once one succeeds
	Gone      bool   `json:"gone,omitempty"`      // somebody removed it there; nothing more is published
}

const (
	// fresh is how old an update may be that is published: what was said before Statuspage was configured is not.
	fresh = time.Hour
	// complain is after how many refusals the timeline says that an update is not published yet.
	complain = 5
)

// publishAtStatuspage takes up what is new for the public, and begins with the next one unless one is under way.
func (s *State) publishAtStatuspage(env Env) {
	sp := &s.Statuspage
	for _, u := range s.Updates {
		if u.N <= sp.Seen {
			continue
		}
		sp.Seen = u.N
		if env.Dir.Incident.Statuspage && !sp.Gone && u.ForAll(env.Dir) && env.Now.Sub(u.At) < fresh {
			sp.Queue = append(sp.Queue, u.N)
		}
	}
	if sp.Page != 0 || len(sp.Queue) == 0 {
		return
	}
	u := s.UpdateN(sp.Queue[0])
	s.Out.Add(page.Page{Kind: page.Work, Via: StatuspageVia, DueAt: env.Now, Task: s.publication(u, env).Task()})
	sp.Page = s.Out.Paged
}

// publication is what Statuspage is to show of an update. The words are those that the public was told: nothing else of
// the incident leaves.
func (s *State) publication(u *StatusUpdate, env Env) Publication {
	p := Publication{
		Key: string(s.ID), ID: s.Statuspage.ID, Update: u.N, Name: u.Title, Phase: string(u.Phase), Body: u.Text,
		Components: map[string]string{}, Silent: len(s.Statuspage.Queue) > 1,
	}
	for _, name := range s.Impacted() {
		if id := env.Dir.Services[name].Component; id != "" {
			p.Components[id] = s.PublicState(env)
		}
	}
	return p
}

// operational is the state of a service that is not harmed, in the words of Statuspage.
const operational = "operational"

// PublicState is what the incident makes of the services that it harms, for customers: by its priority until the harm is
// stopped, and operational then.
func (s *State) PublicState(env Env) string {
	if state := env.Dir.StatusPage.States[s.Priority]; s.Status == Open && state != "" {
		return state
	}
	return operational
}

// worked takes what came of a task that is done at a provider.
func (s *State) worked(p *page.Page, o page.Outcome, env Env) {
	if p.Attempts != o.Fence {
		return // of a claim that ran out: the next attempt finds what this one did
	}
	switch {
	case p.Via == StatuspageVia && p.N == s.Statuspage.Page:
		s.published(p, o, env)
	case p.Via == viaSlack && p.N == s.Chat.Task && !p.Waiting():
		s.chatted(*p, o, env)
	default:
		return
	}
	s.Tick(env)
}

// published takes what came of a publication, and goes on with the next.
func (s *State) published(p *page.Page, o page.Outcome, env Env) {
	sp := &s.Statuspage
	n := sp.Queue[0]
	sp.Error = o.Error
	switch {
	case p.Status == page.Failed:
		sp.Failed++
		s.note(env, "statuspage", "", fmt.Sprintf("status update %d is not published on Statuspage, and will not be: %s", n, o.Error))
	case o.Error != "":
		if p.Failures == complain {
			s.note(env, "statuspage", "", fmt.Sprintf("status update %d could not be published on Statuspage yet; it is tried again: %s", n, o.Error))
		}
		return
	case o.Result[StatuspageGone] != "":
		s.note(env, "statuspage", "", "its incident was removed from Statuspage: nothing more is published there")
		sp.Gone, sp.Queue, sp.Page = true, nil, 0
		return
	default:
		if sp.ID == "" {
			s.note(env, "statuspage", "", "published on Statuspage: "+o.Result[StatuspageURL])
		}
		sp.ID, sp.URL, sp.Published = o.Result[StatuspageID], o.Result[StatuspageURL], n
	}
	sp.Queue, sp.Page = slices.Delete(sp.Queue, 0, 1), 0
	if len(sp.Queue) == 0 {
		sp.Queue = nil
	}
}
