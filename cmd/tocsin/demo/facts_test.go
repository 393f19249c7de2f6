package demo

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// holds says what must be so after the story, whatever else changes.
func (s *stage) holds() {
	s.Helper()
	for file, facts := range map[string][]string{
		"causes.txt":                  {"DEP-2", "banking-transaction → account-ledger"},
		"jira-away.txt":               {"queued, ", "jira: HTTP 503"},
		"actions.txt":                 {"PAY-2 To Do", "PAY-3 To Do", "example-org/checkout#1 open"},
		"check.txt":                   {"section detection", "lesson 2 has no action", "PM-1 is not complete"},
		"retrospective-draft.txt":     {"e-mails     6", "1,912 transfers of 1,204 customers in APAC"},
		"retrospective.mail.txt":      {"Retrospective of INC-1", edited, "Nobody owns the list of currencies"},
		"retrospective.mail.html":     {edited},
		"digest.txt":                  {"2026-03-25 15:00 UTC (in 1h)", "channel:management", "PM-1 action 2"},
		"digest.mail.txt":             {"Room 4", "Actions in violation first.", "PM-1 action 2: Test bookings in all currencies"},
		"overdue.txt":                 {"PM-1  2", "darren"},
		"followed.txt":                {"2.14.1 failed its tests in yen"},
		"incident.txt":                {"caused by DEP-2", "time to mitigate     49m", "#inc-1-banking-transaction", "team:ledger aware (darren)", "2 requests"},
		"timeline.md":                 {"rollback started", "100 % recovered", "declines for team:ledger", "reminded jason"},
		"customers.html":              {"Give releases of the ledger a first region"},
		"meeting.ics":                 {"DTSTART:20260312T140000Z"},
		"postmortem.html":             {"Nobody owns the list of currencies", "data:image/png"},
		"status/feed.rss":             {"Transfers in yen work."},
		"mails.html":                  {"ops@customer.example", "Nobody owns the list of currencies"},
		"retrospective.txt":           {"delivered"},
		"phones.html":                 {"Transactions fail for APAC accounts", "voicemail"},
		"statuspage.html":             {"We know why transfers in yen are refused"},
		"slack.html":                  {"I take command", "INC-1 is closed", "Review of postmortems on Thu 26 Mar"},
		"status/1-investigating.html": {"Major outage"},
	} {
		text := string(s.file(file))
		for _, fact := range facts {
			if !strings.Contains(text, fact) {
				s.Errorf("%s does not say %q", file, fact)
			}
		}
	}
	for _, secret := range []string{"4fd2a91c", "darren", "INC-1"} {
		if strings.Contains(string(s.file("customers.html"))+string(s.file("status/4-resolved.html")), secret) {
			s.Errorf("customers read %q", secret)
		}
	}
	if n := len(s.jira.Issues()); n != 3 {
		s.Errorf("Jira has %d issues, want the one of the incident and two of actions", n)
	}
	for subject, want := range map[string][]string{
		"Retrospective of INC-1": {"amir@example.com", "cto@example.com", "darren@example.com", "ethan@example.com", "jason@example.com", "quality@example.com"},
		"Review of postmortems":  {"amir@example.com", "amir@example.com", "ethan@example.com", "ethan@example.com"}, // of 12 and of 26 March
	} {
		if diff := cmp.Diff(want, s.mailed(subject)); diff != "" {
			s.Errorf("who was mailed %q (-want +got):\n%s", subject, diff)
		}
	}
	if issues := s.repo.Issues(); len(issues) != 1 || !strings.Contains(issues[0].Title, "Give releases of the ledger a first region") {
		s.Errorf("GitHub has the issues %+v, want that of the third action", issues)
	}
	s.checked()
	reminders := 0
	for _, m := range s.slack.Messages() {
		if m.Asked == jason && m.Contains("status update to customers is due") {
			reminders++
		}
	}
	if reminders != 1 {
		s.Errorf("jason was reminded %d times of the update that he had promised", reminders)
	}
}

// mailed is who got a mail whose subject begins so, for each mail.
func (s *stage) mailed(subject string) (to []string) {
	s.Helper()
	for _, m := range s.mail.Messages() {
		if strings.HasPrefix(m.Parse(s).Subject, subject) {
			to = append(to, m.To...)
		}
	}
	slices.Sort(to)
	return to
}

// checked says that `tocsin check` finds nothing in the configuration, with the environment that it is used with.
func (s *stage) checked() {
	s.Helper()
	cmd := exec.Command(binary, "check", filepath.Join("testdata", "tocsin.yaml"))
	cmd.Env = []string{"HOME=" + s.dir}
	for name, value := range secrets {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "The configuration is valid.\n" {
		s.Errorf("tocsin check: %v\n%s", err, out)
	}
}
