package engine

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// Coverage audits whom the policies reach for alerts between from and to, with the overrides and absences of run time and
// the ways that were seen to work.
func (e *Engine) Coverage(ctx context.Context, s audit.Settings, from, to time.Time) (coverage.Report, error) {
	away, err := e.Away(ctx)
	if err != nil {
		return coverage.Report{}, err
	}
	contacts, err := e.Contacts(ctx)
	if err != nil {
		return coverage.Report{}, err
	}
	env := e.env(ctx)
	seen := audit.SeenIn(contacts, env)
	if s.Unseen {
		seen = nil
	}
	return coverage.Audit(audit.Plan(env.Dir, away, seen, s), from, to), nil
}
