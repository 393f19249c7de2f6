package demo

import (
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/integrations/email/smtptest"
)

// The line of the draft that amir edits, and what he makes of it.
const (
	drafted = "1,912 transfers of 1,204 customers in APAC were refused"
	edited  = "1,912 transfers of 1,204 customers in Japan and Singapore were refused"
)

// drafts has the mail of what was learnt drafted, and edits a line of it.
func (s *stage) drafts() {
	s.Helper()
	s.tell("Colleagues are to know what was learnt. The draft of the mail comes from the postmortem; amir puts a line of it right.")
	s.keep("retrospective-draft.txt", "the draft, and who gets it", []byte(s.tocsin("tocsin postmortem retrospective show PM-1")))
	draft := s.tocsin("tocsin postmortem retrospective show PM-1 --text")
	if strings.Count(draft, drafted) != 1 {
		s.Fatalf("the draft does not say %q once:\n%s", drafted, draft)
	}
	s.write("retrospective.md", []byte(strings.Replace(draft, drafted, edited, 1)))
	s.tocsin("tocsin postmortem retrospective edit PM-1 retrospective.md --as amir")
	s.kept("retrospective.md", "what he sends")
}

// digest: on the day before a review, those who come read what it is about.
func (s *stage) digest() {
	s.Helper()
	s.pass("2026-03-25 14:00")
	s.tell("Postmortems are reviewed tomorrow. The digest goes out in an hour, by mail and Slack; this is what would be in it.")
	s.keep("digest.txt", "the digest, an hour before it is sent", []byte(s.tocsin("tocsin postmortem digest")))
}

// keepMail keeps the latest mail to an address whose subject begins so.
func (s *stage) keepMail(name, subject, to string) {
	s.Helper()
	var latest *smtptest.Content
	for _, m := range s.mail.Messages() {
		if c := m.Parse(s); slices.Contains(m.To, to) && strings.HasPrefix(c.Subject, subject) {
			latest = &c
		}
	}
	if latest == nil {
		s.Fatalf("%s got no mail %q", to, subject)
	}
	s.keep(name+".mail.txt", "the mail", []byte(latest.Text))
	s.keep(name+".mail.html", "as it looks", []byte(latest.HTML))
}
