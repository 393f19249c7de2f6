package incident

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Phase is how far an incident is in the words of status pages. It is said with each update and may go back; it is not
// the status of the incident.
type Phase string

// The phases of an incident.
const (
	Investigating   Phase = "investigating"
	Identified      Phase = "identified" // the cause is known
	Monitoring      Phase = "monitoring" // it is mended, as far as we know
	PhaseOfResolved Phase = "resolved"
)

// Phases are all of them, in their usual order.
var Phases = [...]Phase{Investigating, Identified, Monitoring, PhaseOfResolved}

// What status updates hold.
const (
	maxUpdates    = 200
	maxEnds       = 50   // beyond those: that it is resolved can always be said
	maxUpdateText = 5000 // bytes
	maxRequest    = 200  // bytes of the name of a request
)

// How long may be promised until the next one.
const (
	leastNext = time.Minute
	mostNext  = 7 * 24 * time.Hour
)

// StatusUpdate is what an audience was told. It is never changed: a correction is another one.
type StatusUpdate struct {
	N        int       `json:"n"` // 1, 2, … in its incident
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"` // empty for what is sent by itself
	Via      string    `json:"via,omitempty"`
	Audience string    `json:"audience"`
	Public   bool      `json:"public,omitempty"` // the audience was everybody when it was said
	Phase    Phase     `json:"phase"`
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	NextBy   time.Time `json:"next_by,omitzero"`  // when the next one is promised
	Request  string    `json:"request,omitempty"` // the digest of what names the request: it is sent once
}

// ForAll reports whether customers are shown the update: it was said to a public audience, and the configuration has not
// taken that audience from the public since. What colleagues were told stays theirs, whatever becomes of their audience.
func (u StatusUpdate) ForAll(dir *directory.Directory) bool {
	aud := dir.Incident.Audience(u.Audience)
	return u.Public && (aud == nil || aud.Public)
}

// Draft is a status update that is to be sent.
type Draft struct {
	Audience string
	Phase    Phase         // empty for that of the one before, or investigating
	Title    string        // empty for that of the one before, or as the configuration says
	Text     string        // empty for the template of the phase
	NextIn   time.Duration // 0 for what the configuration says
	Request  string        // a second draft with the same name is the same update; empty for none
}

// UpdatesTo are the updates to an audience, oldest first; of all audiences when the name is empty.
func (s *State) UpdatesTo(audience string) (list []StatusUpdate) {
	for _, u := range s.Updates {
		if audience == "" || u.Audience == audience {
			list = append(list, u)
		}
	}
	return list
}

// FirstUpdate is the first update to an audience, or to any when the name is empty; nil when there is none.
func (s *State) FirstUpdate(audience string) *StatusUpdate {
	return s.updateWhere(func(u StatusUpdate) bool { return audience == "" || u.Audience == audience })
}

// LatestUpdate is the latest update to an audience, nil when there is none.
func (s *State) LatestUpdate(audience string) *StatusUpdate {
	for i := range slices.Backward(s.Updates) {
		if s.Updates[i].Audience == audience {
			return &s.Updates[i]
		}
	}
	return nil
}

// UpdateN is the update of a number, nil when there is none.
func (s *State) UpdateN(n int) *StatusUpdate {
	return s.updateWhere(func(u StatusUpdate) bool { return u.N == n })
}

func (s *State) updateWhere(is func(StatusUpdate) bool) *StatusUpdate {
	if i := slices.IndexFunc(s.Updates, is); i >= 0 {
		return &s.Updates[i]
	}
	return nil
}

// UpdateOf is the update that an action has sent, or that the same request sent before.
func (s *State) UpdateOf(a Action) *StatusUpdate {
	if request := digest(a.Draft.Request); request != "" {
		return s.updateWhere(func(u StatusUpdate) bool { return u.Request == request })
	}
	for i := range slices.Backward(s.Updates) {
		if u := &s.Updates[i]; u.By == a.By && u.Audience == a.Draft.Audience {
			return u
		}
	}
	return nil
}

// Compose is the update that a draft makes, as it would be sent now; nothing is changed.
func (s *State) Compose(d Draft, by string, env Env) (StatusUpdate, error) {
	aud := env.Dir.Incident.Audience(d.Audience)
	if aud == nil {
		return StatusUpdate{}, &Refused{fmt.Sprintf("There is no audience %q: %s.", clip(d.Audience), audienceNames(env))}
	}
	last := s.LatestUpdate(aud.Name)
	u := StatusUpdate{
		N: len(s.Updates) + 1, At: env.Now, By: by, Audience: aud.Name, Public: aud.Public, Phase: d.Phase,
		Title: strings.TrimSpace(d.Title), Text: strings.TrimSpace(d.Text), Request: digest(d.Request),
	}
	if u.Phase == "" && last != nil {
		u.Phase = last.Phase
	}
	u.Phase = cmp.Or(u.Phase, Investigating)
	if u.Title == "" && last != nil {
		u.Title = last.Title
	}
	if err := d.check(u.Phase); err != nil {
		return u, err
	}
	if next := cmp.Or(d.NextIn, aud.Every[s.Priority]); next > 0 && u.Phase != PhaseOfResolved {
		u.NextBy = env.Now.Add(next)
	}
	return u, s.fill(&u, aud, env)
}

func (d Draft) check(phase Phase) error {
	switch {
	case !slices.Contains(Phases[:], phase):
		return &Refused{fmt.Sprintf("%q is not a phase: %s.", clip(string(phase)), phaseNames())}
	case len(d.Text) > maxUpdateText:
		return &Refused{fmt.Sprintf("A status update holds %d bytes at most, this one has %d.", maxUpdateText, len(d.Text))}
	case len(d.Title) > maxTitle || strings.ContainsAny(d.Title, "\r\n"):
		return &Refused{fmt.Sprintf("The title of a status update is one line of %d bytes at most.", maxTitle)}
	case d.NextIn != 0 && (d.NextIn < leastNext || d.NextIn > mostNext):
		return &Refused{fmt.Sprintf("The next update may follow after %s at the earliest, and after %s at the latest.", short(leastNext), short(mostNext))}
	case d.NextIn != 0 && phase == PhaseOfResolved:
		return &Refused{"Nothing follows when it is resolved: promise no next update."}
	case len(d.Request) > maxRequest:
		return &Refused{fmt.Sprintf("The name of a request holds %d bytes at most.", maxRequest)}
	}
	return nil
}

// tell sends a status update. Who repeats a request is not told twice.
func (s *State) tell(a Action, env Env) error {
	if request := digest(a.Draft.Request); request != "" {
		if u := s.UpdateOf(a); u != nil {
			if u.Audience != a.Draft.Audience || a.Draft.Phase != "" && a.Draft.Phase != u.Phase {
				return &Refused{fmt.Sprintf("This request was made before with another content: it is update %d of %s.", u.N, s.Name())}
			}
			return nil
		}
	}
	if s.full(a.Draft.Phase) {
		return &Refused{fmt.Sprintf("%s has %d status updates already.", s.Name(), maxUpdates)}
	}
	u, err := s.Compose(a.Draft, a.By, env)
	if err != nil {
		return err
	}
	u.Via = a.Via
	s.publish(u, env)
	return nil
}

// full reports whether no more updates of a phase can be sent.
func (s *State) full(p Phase) bool {
	if p == PhaseOfResolved {
		return len(s.Updates) >= maxUpdates+maxEnds
	}
	return len(s.Updates) >= maxUpdates
}

// publish writes an update down and sends it: to channels from here, by e-mail from the records of those who get it.
func (s *State) publish(u StatusUpdate, env Env) {
	s.Updates = append(s.Updates, u)
	text := fmt.Sprintf("status update %d to %s, %s: %s", u.N, u.Audience, u.Phase, u.Text)
	s.did(Action{By: u.By, Via: u.Via}, env, "status-update", text)
	s.send(Errand{Do: Mail, To: strconv.Itoa(u.N)}, env)
	aud := env.Dir.Incident.Audience(u.Audience)
	for _, name := range aud.Channels {
		if channel, ok := env.Dir.Channels[name]; ok {
			s.Out.Add(page.Page{Kind: page.Update, Channel: name, Via: channel.Type, DueAt: env.Now, Run: u.N, Text: u.Text})
		}
	}
}

// digest is the name of a request as it is kept.
func digest(request string) string {
	if request == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(request))
	return hex.EncodeToString(sum[:12])
}

func phaseNames() string {
	names := make([]string, len(Phases))
	for i, p := range Phases {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

func audienceNames(env Env) string {
	var names []string
	for _, a := range env.Dir.Incident.Audiences {
		names = append(names, a.Name)
	}
	if len(names) == 0 {
		return "the configuration names none under incident.audiences"
	}
	return strings.Join(names, ", ")
}

// updateFacts is what templates see of an update.
func updateFacts(u StatusUpdate, env Env) directory.UpdateFacts {
	f := directory.UpdateFacts{Audience: u.Audience, Phase: string(u.Phase), N: u.N, By: u.By}
	if user, ok := env.Dir.Users[u.By]; ok && user.FullName != "" {
		f.By = user.FullName
	}
	if u.NextBy.IsZero() {
		return f
	}
	zone := env.Dir.Zone
	if zone == nil {
		zone = time.UTC
	}
	at, now := u.NextBy.In(zone), u.At.In(zone)
	f.Next, f.NextIn = at.Format("15:04 MST"), short(u.NextBy.Sub(u.At))
	if at.YearDay() != now.YearDay() || at.Year() != now.Year() {
		f.Next = at.Format("Mon 2 Jan 15:04 MST")
	}
	return f
}
