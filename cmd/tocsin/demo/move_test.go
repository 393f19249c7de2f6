package demo

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/app"
)

// moves has the server end, and another one go on with its state in the next store: by a backup over REST, taken while it
// runs, and a restore from the command line. Nothing may come of that but what would have come without it: nothing is sent
// again, and the story, which goes on, needs all that was due, its numbers, its links, and what is found by names of other
// systems. Without a next store it stays where it is.
func (s *stage) moves() {
	s.Helper()
	if len(s.stores) == 0 {
		return
	}
	to := s.stores[0]
	s.stores = s.stores[1:]
	file, before := filepath.Join(s.TempDir(), "state.backup"), s.sent()
	s.must(os.WriteFile(file, s.rest("/backup"), 0o600))
	if out, err := exec.Command(binary, "restore", "-q", file, "--store", to, "--skip-numbers", "0").CombinedOutput(); err != nil {
		s.Fatalf("restoring: %v\n%s", err, out)
	}
	at := s.now()
	s.must(s.server.Close())
	o := s.options
	o.Store = to
	var err error
	s.server, err = app.Pace(s.Context(), o, at)
	s.must(err)
	if diff := cmp.Diff(before, s.sent()); diff != "" {
		s.Errorf("at %v something is sent because the state moved (-before +after):\n%s", at, diff)
	}
}

// sent is how much each provider was sent so far.
func (s *stage) sent() map[string]int {
	return map[string]int{
		"messages of Slack": len(s.slack.Messages()), "channels of Slack": len(s.slack.Channels()), "mails": len(s.mail.Messages()),
		"texts and calls": len(s.phones.Sent()), "issues of Jira": len(s.jira.Issues()), "issues of GitHub": len(s.repo.Issues()),
		"requests of Statuspage": s.public.Requests(),
	}
}
