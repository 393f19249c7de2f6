package postmortem

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// What a retrospective holds at most.
const (
	MaxSubject       = 150    // characters
	MaxRetrospective = 30_000 // characters
)

// Retrospective is the e-mail that tells everybody concerned what was learned: a draft that is made anew from the record
// until somebody edits it, and from the sending on what was sent. Who gets it is not kept here: each has a record of
// their own, so that thousands of them do not make the postmortem larger.
type Retrospective struct {
	Subject  string    `json:"subject,omitempty"` // as edited or sent; empty while it is a draft
	Text     string    `json:"text,omitempty"`    // Markdown
	EditedAt time.Time `json:"edited_at,omitzero"`
	EditedBy string    `json:"edited_by,omitempty"`

	Owed   bool      `json:"owed,omitempty"` // the configuration had one when the postmortem was published
	SentAt time.Time `json:"sent_at,omitzero"`
	SentBy string    `json:"sent_by,omitempty"`
	// MailAt is when to hand it to those who get it by e-mail; while an attempt is under way, when its lease ends. Zero
	// when there is nothing to hand out.
	MailAt   time.Time `json:"mail_at,omitzero"`
	MailedAt time.Time `json:"mailed_at,omitzero"` // when all of them had it in their records
	To       int       `json:"to,omitempty"`       // how many addresses these were
}

// Sent reports whether it was sent, though it may not have reached everybody yet.
func (r *Retrospective) Sent() bool { return !r.SentAt.IsZero() }

// Edited reports whether it says what somebody wrote.
func (r *Retrospective) Edited() bool { return r.Text != "" }

// Letter is what a retrospective is to say: what is empty stays as it is.
type Letter struct{ Subject, Text string }

// Letter is the retrospective as it was sent, or as it would be sent now.
func (s *State) Letter() Letter {
	if r := s.Retrospective; r.Edited() {
		return Letter{r.Subject, r.Text}
	}
	return s.Draft()
}

// stillDraft refuses what cannot be done to a retrospective any more.
func (s *State) stillDraft() error {
	if r := s.Retrospective; r.Sent() {
		return &Refused{fmt.Sprintf("The retrospective of %s was sent%s already, %s.", s.Name(), byWhom(r.SentBy), stamp(r.SentAt))}
	}
	if s.Status == Waived {
		return s.isOver()
	}
	return nil
}

// editRetrospective puts the owner's words in the place of the draft.
func (s *State) editRetrospective(a Action, env Env) error {
	if err := s.stillDraft(); err != nil {
		return err
	}
	now, want := s.Letter(), a.Letter
	subject := strings.TrimSpace(want.Subject)
	if subject == "" {
		subject = now.Subject
	}
	text := strings.ToValidUTF8(strings.ReplaceAll(want.Text, "\r\n", "\n"), "\uFFFD")
	if text == "" {
		text = now.Text
	}
	switch {
	case strings.ContainsFunc(subject, func(r rune) bool { return !inSubject(r) }):
		return &Refused{"A subject is one line, without control characters."}
	case utf8.RuneCountInString(subject) > MaxSubject:
		return &Refused{fmt.Sprintf("A subject holds %d characters at most, this one has %d.", MaxSubject, utf8.RuneCountInString(subject))}
	case strings.TrimSpace(text) == "":
		return &Refused{"A retrospective needs a text. Reset it to have the draft again."}
	case utf8.RuneCountInString(text) > MaxRetrospective:
		return &Refused{fmt.Sprintf("A retrospective holds %d characters at most, this one has %d.", MaxRetrospective, utf8.RuneCountInString(text))}
	case subject == now.Subject && text == now.Text:
		return nil
	}
	r := &s.Retrospective
	r.Subject, r.Text, r.EditedAt, r.EditedBy = subject, text, env.Now, a.By
	s.note(env, "retrospective", a.By, a.said("the retrospective is edited"))
	return nil
}

func inSubject(r rune) bool { return !unicode.IsControl(r) && r != utf8.RuneError }

// resetRetrospective goes back to the draft.
func (s *State) resetRetrospective(a Action, env Env) error {
	if err := s.stillDraft(); err != nil {
		return err
	}
	if !s.Retrospective.Edited() {
		return nil
	}
	s.Retrospective = Retrospective{Owed: s.Retrospective.Owed}
	s.note(env, "retrospective", a.By, a.said("the retrospective is the draft again"))
	return nil
}

// sendRetrospective makes what it says now final, tells the channels, and has it handed to everybody else. The commit of
// this is the sending: whatever happens after it, it goes out.
func (s *State) sendRetrospective(a Action, env Env) error {
	if err := s.stillDraft(); err != nil {
		return err
	}
	early := s.Status == Open
	channels := env.Dir.Resolve(env.Dir.Postmortem.Retrospective.Targets, env.Now, env.Pick).Channels
	switch {
	case early && !a.Force:
		return &Refused{fmt.Sprintf("%s is not published yet. Publish it first, or send the retrospective by force and say why.", s.Name())}
	case early && strings.TrimSpace(a.Note) == "":
		return &Refused{fmt.Sprintf("Say why the retrospective is sent although %s is not published yet.", s.Name())}
	case !env.Dir.Vias["email"] && len(channels) == 0:
		return &Refused{"There is no provider for e-mail: providers.smtp in the configuration."}
	}
	letter := s.Letter()
	r := &s.Retrospective
	r.Subject, r.Text = letter.Subject, letter.Text
	r.SentAt, r.SentBy, r.MailAt = env.Now, a.By, env.Now
	for _, name := range channels {
		if c, ok := env.Dir.Channels[name]; ok {
			s.Add(page.Page{Kind: page.Update, Run: aboutRetrospective, Channel: name, Via: c.Type, DueAt: env.Now})
		}
	}
	what := "the retrospective is sent"
	if early {
		what += " before the postmortem is published"
	}
	s.note(env, "retrospective", a.By, a.said(what))
	s.reschedule(env)
	s.cancelUnwanted(env)
	return nil
}

// ClaimMailing gives the handing out to the caller for the time of a lease, when it is due. It takes effect with the
// commit, so that of two who try only one goes on.
func (s *State) ClaimMailing(env Env) bool {
	r := &s.Retrospective
	if r.MailAt.IsZero() || r.MailAt.After(env.Now) {
		return false
	}
	r.MailAt = env.Now.Add(outbox.Lease)
	return true
}

// Mailed says that everybody who gets the retrospective by e-mail has it in their record.
type Mailed struct {
	To        int      // how many addresses
	Left      int      // who have unsubscribed, and get nothing
	Unreached []string // users without an address
}

func (in Mailed) apply(s *State, env Env, _ *Effects) error {
	r := &s.Retrospective
	if r.MailAt.IsZero() {
		return nil // another replica was faster
	}
	r.MailAt, r.MailedAt, r.To = time.Time{}, env.Now, in.To
	text := "the retrospective goes to " + countOf(in.To, "address", "addresses")
	if in.Left > 0 {
		text += "; not to " + countOf(in.Left, "other that has", "others that have") + " unsubscribed"
	}
	if len(in.Unreached) > 0 {
		text += "; no e-mail address: " + strings.Join(in.Unreached, ", ")
	}
	s.note(env, "retrospective", "", text)
	return nil
}

func countOf(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

// RetrospectiveOf is the retrospective that a page carries; ok is false for pages about other things.
func (s *State) RetrospectiveOf(p page.Page) (l Letter, ok bool) {
	if p.Run != aboutRetrospective {
		return l, false
	}
	return s.Letter(), true
}
