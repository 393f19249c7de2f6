package app

import (
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/integrations/github/tracker"
	"github.com/tocsin-oncall/tocsin/integrations/jira"
)

// trackerPlaces is how many tasks a tracker is given at once: a postmortem may have many issues created.
const trackerPlaces = 2

// trackers makes what does the tasks of issues.
func (a *App) trackers(p config.Providers, put func(string, deliver.Sender, config.Limits)) error {
	limits := func(l config.Limits) config.Limits {
		if l.Concurrency == 0 {
			l.Concurrency = trackerPlaces
		}
		return l
	}
	if p.Jira != nil {
		c, err := jira.New(jira.Config{
			BaseURL: string(p.Jira.BaseURL), Email: string(p.Jira.Email), APIToken: p.Jira.APIToken.Reveal(), Token: p.Jira.Token.Reveal(), API: p.Jira.API,
		}, transport(), a.engine.Now)
		if err != nil {
			return err
		}
		put(issue.Jira, c, limits(p.Jira.Limits))
	}
	if p.GitHub != nil {
		c, err := tracker.New(tracker.Config{BaseURL: string(p.GitHub.BaseURL), Token: p.GitHub.Token.Reveal()}, transport(), a.engine.Now)
		if err != nil {
			return err
		}
		put(issue.GitHub, c, limits(p.GitHub.Limits))
	}
	return nil
}
