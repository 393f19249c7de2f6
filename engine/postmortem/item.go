package postmortem

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	maxItems = 200
	maxItem  = 2_000 // bytes of the text of one action item
	maxIssue = 2_000 // bytes of the address of an issue
	maxWhy   = 2_000 // bytes of a reason
	maxMoves = 40    // the first, which is the promise, and the latest are kept
	wholeDay = 24 * time.Hour
)

// Horizon is how soon an action is meant to be done.
type Horizon string

// The horizons of an action.
const (
	Short Horizon = "short" // hours
	Mid   Horizon = "mid"   // weeks
	Long  Horizon = "long"
)

// Horizons are all of them.
var Horizons = [...]Horizon{Short, Mid, Long}

// Item is one action that came out of the postmortem. It is open, then done, then verified.
type Item struct {
	N       int       `json:"n"` // 1, 2, …; never reused
	Text    string    `json:"text"`
	Owner   string    `json:"owner,omitempty"`
	DueAt   time.Time `json:"due_at,omitzero"`
	Horizon Horizon   `json:"horizon,omitempty"`
	Issue   string    `json:"issue,omitempty"`  // the address of the issue that follows it elsewhere
	Lesson  int       `json:"lesson,omitempty"` // the lesson that it comes from

	Done       bool      `json:"done,omitempty"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	DoneBy     string    `json:"done_by,omitempty"`
	VerifiedAt time.Time `json:"verified_at,omitzero"`
	VerifiedBy string    `json:"verified_by,omitempty"`
	Evidence   string    `json:"evidence,omitempty"` // that the same condition no longer leads to the same failure

	Moves    []Move `json:"moves,omitempty"`    // of DueAt
	Slips    int    `json:"slips,omitempty"`    // how often it was put off to a later date
	Reminded int    `json:"reminded,omitempty"` // how often its owner was reminded since it is overdue
}

// Verified reports whether the action was seen to have worked.
func (i *Item) Verified() bool { return !i.VerifiedAt.IsZero() }

// Promised is when it was to be done before its due date was changed; zero when it never had one.
func (i *Item) Promised() time.Time { return promised(i.Moves, i.DueAt) }

// Overdue reports whether it is open after its due date, as that is now.
func (i *Item) Overdue(now time.Time) bool {
	return !i.Done && !i.DueAt.IsZero() && i.DueAt.Before(now)
}

// DaysLate is by how many days it missed the date that was first promised, until now while it is open; a part of a
// day counts as a whole one.
func (i *Item) DaysLate(now time.Time) int {
	if i.Done {
		now = i.DoneAt
	}
	if p := i.Promised(); !p.IsZero() && now.After(p) {
		return int((now.Sub(p) + wholeDay - 1) / wholeDay)
	}
	return 0
}

// Item returns action item n, or nil.
func (s *State) Item(n int) *Item {
	for i := range s.Actions {
		if s.Actions[i].N == n {
			return &s.Actions[i]
		}
	}
	return nil
}

func (s *State) checkItem(e ItemEdit, env Env) error {
	item := s.Item(e.N)
	has := func(b *bool) bool { return b != nil && *b }
	done := item != nil && item.Done
	if e.Done != nil {
		done = *e.Done
	}
	switch {
	case e.N == 0 && strings.TrimSpace(e.Text) == "":
		return &Refused{"An action item needs a text."}
	case e.N != 0 && item == nil:
		return &Refused{fmt.Sprintf("%s has no action item %d.", s.Name(), e.N)}
	case e.N == 0 && len(s.Actions) >= maxItems:
		return &Refused{fmt.Sprintf("A postmortem has %d action items at most.", maxItems)}
	case len(e.Text) > maxItem:
		return &Refused{fmt.Sprintf("An action item holds %d bytes at most, this one has %d.", maxItem, len(e.Text))}
	case e.Owner != "" && !known(env, e.Owner):
		return &Refused{fmt.Sprintf("There is no user %q.", e.Owner)}
	case e.Horizon != "" && !slices.Contains(Horizons[:], e.Horizon):
		return &Refused{fmt.Sprintf("There is no horizon %q: short (hours), mid (weeks) or long.", e.Horizon)}
	case e.Issue != "" && !isAddress(e.Issue):
		return &Refused{"The issue of an action is its address, https://…"}
	case e.Lesson != 0 && s.Lesson(e.Lesson) == nil:
		return &Refused{fmt.Sprintf("%s has no lesson %d.", s.Name(), e.Lesson)}
	case len(e.Why) > maxWhy:
		return &Refused{fmt.Sprintf("A reason holds %d bytes at most, this one has %d.", maxWhy, len(e.Why))}
	case item != nil && !item.DueAt.IsZero() && !e.DueAt.IsZero() && !e.DueAt.Equal(item.DueAt) && strings.TrimSpace(e.Why) == "":
		return &Refused{fmt.Sprintf("Say why action item %d is due on another day than was promised.", e.N)}
	case has(e.Verified) && !done:
		return &Refused{fmt.Sprintf("Action item %d is not done yet: it cannot be verified.", e.N)}
	case has(e.Verified) && strings.TrimSpace(e.Evidence) == "":
		return &Refused{fmt.Sprintf("Say by which evidence action item %d is known to have worked: that the same condition no longer leads to the same failure.", e.N)}
	case e.Evidence != "" && !has(e.Verified):
		return &Refused{"Evidence belongs to a verification."}
	case len(e.Evidence) > maxEvidence:
		return &Refused{fmt.Sprintf("Evidence holds %d bytes at most, this one has %d.", maxEvidence, len(e.Evidence))}
	}
	return nil
}

// isAddress accepts what a browser opens without running anything.
func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxIssue && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// editItem makes or changes one action item and says what changed.
func (s *State) editItem(e ItemEdit, by string, env Env) (changed []string, err error) {
	if err := s.checkItem(e, env); err != nil {
		return nil, err
	}
	text := strings.TrimSpace(e.Text)
	if e.N == 0 {
		s.Items++
		s.Actions = append(s.Actions, Item{N: s.Items})
		e.N = s.Items
		changed = append(changed, fmt.Sprintf("new action %d: %s", e.N, text))
	}
	item := s.Item(e.N)
	was := *item
	item.Text, item.Owner = cmp.Or(text, item.Text), cmp.Or(e.Owner, item.Owner)
	item.Horizon, item.Issue, item.Lesson = cmp.Or(e.Horizon, item.Horizon), cmp.Or(e.Issue, item.Issue), cmp.Or(e.Lesson, item.Lesson)
	if item.Owner != was.Owner {
		item.Reminded = 0
	}
	if item.Issue != was.Issue {
		if err := s.follow(item, by, env); err != nil {
			return nil, err
		}
	}
	touched := item.Text != was.Text || item.Owner != was.Owner || item.Horizon != was.Horizon || item.Issue != was.Issue || item.Lesson != was.Lesson
	if said := item.moveTo(e.DueAt, by, strings.TrimSpace(e.Why), env.Now); said != "" {
		changed = append(changed, said)
	} else if len(changed) == 0 && (touched || !item.DueAt.Equal(was.DueAt)) {
		changed = append(changed, fmt.Sprintf("action %d", e.N))
	}
	return append(changed, item.advance(e, by, env.Now)...), nil
}

// moveTo sets when the action is due. The first date is a promise; another one is written down with who and why.
func (i *Item) moveTo(due time.Time, by, why string, now time.Time) (said string) {
	was := i.DueAt
	switch {
	case due.IsZero() || due.Equal(was):
		return ""
	case was.IsZero():
		i.DueAt = due
		return ""
	}
	i.DueAt, i.Reminded = due, 0
	i.Moves = append(i.Moves, Move{At: now, By: by, From: was, To: due, Why: why})
	if len(i.Moves) > maxMoves {
		i.Moves = slices.Delete(i.Moves, 1, 2)
	}
	if due.After(was) {
		i.Slips++
	}
	return fmt.Sprintf("action %d due %s, after %s: %s", i.N, stamp(due), stamp(was), why)
}

// advance says that the action is done, or verified, or neither after all.
func (i *Item) advance(e ItemEdit, by string, now time.Time) (changed []string) {
	if e.Done != nil && *e.Done != i.Done {
		i.Done, i.DoneAt, i.DoneBy, i.Reminded = *e.Done, time.Time{}, "", 0
		said := "action %d not done after all"
		if i.Done {
			i.DoneAt, i.DoneBy = now, by
			said = "action %d done"
		} else {
			i.unverify()
		}
		changed = append(changed, fmt.Sprintf(said, i.N))
	}
	switch {
	case e.Verified == nil:
	case *e.Verified:
		i.VerifiedAt, i.VerifiedBy, i.Evidence = now, by, strings.TrimSpace(e.Evidence)
		changed = append(changed, fmt.Sprintf("action %d verified: %s", i.N, i.Evidence))
	case i.Verified():
		i.unverify()
		changed = append(changed, fmt.Sprintf("action %d not verified after all", i.N))
	}
	return changed
}

func (i *Item) unverify() { i.VerifiedAt, i.VerifiedBy, i.Evidence = time.Time{}, "", "" }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
