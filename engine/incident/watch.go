package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Watch is the timer of an audience that waits for an update.
type Watch struct {
	Audience string    `json:"audience"`
	Why      Waiting   `json:"why"`
	After    int       `json:"after,omitempty"` // the update that it follows; 0 for none
	Due      time.Time `json:"due"`
	Asked    int       `json:"asked,omitempty"` // how often somebody was reminded
	AskAt    time.Time `json:"ask_at,omitzero"` // when somebody is reminded next
	Pages    []int     `json:"pages,omitempty"` // of the latest reminder
}

// Waiting says what an audience waits for.
type Waiting string

// What an audience waits for.
const (
	ForFirst Waiting = "first"    // nobody told it anything yet
	ForNext  Waiting = "next"     // the next one was promised, or is due
	ForAgain Waiting = "again"    // it was told that it is resolved, and it is not
	ForLast  Waiting = "resolved" // it is over, and the audience was not told
)

const (
	lastWithin = 5 * time.Minute  // after the resolution, the audience should know
	askAgain   = 10 * time.Minute // between two reminders
	lastAsked  = 3                // reminders that it is over; after that nobody minds
	lastNoted  = 5                // reminders of one update that the timeline has: a forgotten incident must not fill it
)

// WatchOf is the timer of an audience, nil when it waits for nothing.
func (s *State) WatchOf(audience string) *Watch {
	if i := slices.IndexFunc(s.Watches, func(w Watch) bool { return w.Audience == audience }); i >= 0 {
		return &s.Watches[i]
	}
	return nil
}

// keepTold sends what is sent by itself, keeps the timers of the audiences, and reminds of what is due.
func (s *State) keepTold(env Env) {
	var watches []Watch
	for i := range env.Dir.Incident.Audiences {
		aud := &env.Dir.Incident.Audiences[i]
		s.tellByItself(aud, env)
		w, ok := s.watch(aud, env)
		if !ok {
			continue
		}
		if !w.AskAt.IsZero() && !w.AskAt.After(env.Now) {
			s.askForUpdate(&w, aud, env)
		}
		watches = append(watches, w)
	}
	for _, was := range s.Watches {
		if !slices.ContainsFunc(watches, func(w Watch) bool { return w.Audience == was.Audience && slices.Equal(w.Pages, was.Pages) }) {
			s.unask(was, env)
		}
	}
	s.Watches = watches
}

// unask gives up the reminders that a timer has sent, as far as they still wait for their time.
func (s *State) unask(w Watch, env Env) {
	s.Out.Stop(env.Now, func(p page.Page) bool { return slices.Contains(w.Pages, p.N) })
}

// tellByItself sends the updates that the configuration wants nobody to write.
func (s *State) tellByItself(aud *directory.Audience, env Env) {
	last := s.LatestUpdate(aud.Name)
	phase := Phase("")
	switch {
	case last == nil && s.Status == Open && s.OpenedBy == "" && slices.Contains(aud.AutoFirst, s.Priority):
		phase = Investigating
	case last != nil && last.Phase != PhaseOfResolved && !s.Harmful() && aud.AutoResolved:
		phase = PhaseOfResolved
	default:
		return
	}
	if s.full(phase) {
		return
	}
	u, err := s.Compose(Draft{Audience: aud.Name, Phase: phase}, "", env)
	if err != nil { // a template that cannot be filled in: a person is reminded instead
		return
	}
	s.publish(u, env)
}

// watch is the timer of an audience as it is now: the one that was there goes on while it is for the same.
func (s *State) watch(aud *directory.Audience, env Env) (Watch, bool) {
	w := Watch{Audience: aud.Name}
	last, was := s.LatestUpdate(aud.Name), s.WatchOf(aud.Name)
	first, every := aud.FirstWithin[s.Priority], aud.Every[s.Priority]
	if last != nil {
		w.After = last.N
	}
	switch {
	case last == nil && s.Harmful() && first > 0:
		w.Why, w.Due = ForFirst, s.OpenedAt.Add(first)
	case last == nil:
	case s.Harmful() && last.Phase == PhaseOfResolved:
		if within := cmp.Or(first, every); within > 0 {
			w.Why, w.Due = ForAgain, env.Now.Add(within)
			if was != nil && was.Why == ForAgain && was.After == w.After {
				w.Due = was.Due
			}
		}
	case s.Harmful() && !last.NextBy.IsZero():
		w.Why, w.Due = ForNext, last.NextBy
	case s.Harmful() && every > 0:
		w.Why, w.Due = ForNext, last.At.Add(every)
	case !s.Harmful() && last.Phase != PhaseOfResolved:
		w.Why, w.Due = ForLast, s.ResolvedAt.Add(lastWithin)
	}
	if w.Why == "" || w.Why == ForLast && s.full(PhaseOfResolved) || w.Why != ForLast && s.full(Investigating) {
		return w, false // what cannot be sent is not asked for
	}
	w.AskAt = w.Due
	if was != nil && was.Why == w.Why && was.After == w.After && was.Due.Equal(w.Due) {
		w.Asked, w.AskAt, w.Pages = was.Asked, was.AskAt, was.Pages
	}
	return w, true
}

// askForUpdate reminds of an update that is due: whoever does the communication first, then whoever commands, too, and
// then all who work on the incident.
func (s *State) askForUpdate(w *Watch, aud *directory.Audience, env Env) {
	w.Asked++
	w.AskAt = env.Now.Add(max(askAgain, aud.Every[s.Priority]/3))
	if w.Why == ForLast && w.Asked >= lastAsked {
		w.AskAt = time.Time{}
	}
	w.Pages = nil // keepTold gives up those that still wait
	text := s.askingFor(w)
	var asked []string
	for _, user := range s.tellers(w.Asked) {
		ways := env.Dir.Reach(user, s.Priority)
		if len(ways) == 0 || len(asked) == maxAsked {
			continue
		}
		s.Out.Add(page.Page{Kind: page.Reminder, User: user, Via: ways[0].Via, DueAt: ways[0].Wait(env.Now), Text: text})
		asked = append(asked, user)
		w.Pages = append(w.Pages, s.Out.Paged)
	}
	switch {
	case w.Asked > lastNoted:
	case len(asked) == 0:
		s.note(env, "status-update-due", "", fmt.Sprintf("a status update to %s is due, and nobody could be reminded", w.Audience))
	default:
		s.note(env, "status-update-due", "", fmt.Sprintf("a status update to %s is due: reminded %s", w.Audience, strings.Join(asked, ", ")))
	}
}

// tellers are whom the nth reminder goes to. Where nobody has a role, those after them are reminded at once.
func (s *State) tellers(n int) (users []string) {
	add := func(list ...string) {
		for _, user := range list {
			if user != "" && !slices.Contains(users, user) {
				users = append(users, user)
			}
		}
	}
	add(s.Roles[Communications])
	if n > 1 || len(users) == 0 {
		add(s.Roles[Commander])
	}
	if n > 2 || len(users) == 0 {
		add(s.Responders...)
	}
	return users
}

func (s *State) askingFor(w *Watch) string {
	how := fmt.Sprintf("tocsin incident tell %s --audience %s --phase ", s.Name(), w.Audience)
	switch w.Why {
	case ForFirst:
		return fmt.Sprintf("%s: nobody has told %s anything yet. %s%s", s.Name(), w.Audience, how, Investigating)
	case ForAgain:
		return fmt.Sprintf("%s: %s was told that it is resolved, but it is %s. %s%s", s.Name(), w.Audience, s.Status, how, Investigating)
	case ForLast:
		return fmt.Sprintf("%s is %s, and %s does not know. %s%s", s.Name(), s.Status, w.Audience, how, PhaseOfResolved)
	}
	return fmt.Sprintf("%s: the next status update to %s is due. %s%s", s.Name(), w.Audience, how, s.LatestUpdate(w.Audience).Phase)
}
