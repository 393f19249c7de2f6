package engine

import (
	"context"
	"log/slog"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/record"
)

// entries is how many lines a record's timeline has ever had, as far as tellLog tells them.
func entries(rec record.Record) int {
	switch r := rec.(type) {
	case *alert.State:
		return len(r.Timeline) + r.Dropped
	case *handoff.State:
		return len(r.Timeline) + r.Dropped
	}
	return 0
}

// levels are those of the kinds of timeline entries that are not for the log's usual level: what an operator
// should see, and what there is too much of.
var levels = map[string]slog.Level{
	"created": slog.LevelDebug, "routed": slog.LevelDebug, "step": slog.LevelDebug, "delivered": slog.LevelDebug,
	"held": slog.LevelDebug, "released": slog.LevelDebug, "recovered": slog.LevelDebug, "closed": slog.LevelDebug,
	"failed": slog.LevelWarn, "unreachable": slog.LevelWarn, "exhausted": slog.LevelWarn, "rule_error": slog.LevelWarn,
	"late_outcome": slog.LevelWarn, "gap": slog.LevelWarn, "postponed": slog.LevelWarn,
}

// tellLog writes what a commit added to a timeline to the log. Notes are people's own words and stay out of it.
func (e *Engine) tellLog(a attempt) {
	if s, ok := a.rec.(*handoff.State); ok {
		e.tellHandoffs(s, entries(s)-a.noted)
		return
	}
	s, ok := a.rec.(*alert.State)
	if !ok {
		return
	}
	fresh := len(s.Timeline) - (entries(s) - a.noted)
	for _, entry := range s.Timeline[max(0, fresh):] {
		level := levels[entry.Kind]
		if entry.Kind == "note" || !e.log.Enabled(context.Background(), level) {
			continue
		}
		e.log.Log(context.Background(), level, entry.Kind, "alert", s.Number, "id", s.ID, "by", entry.By, "text", entry.Text)
	}
}

// tellHandoffs logs and counts the latest entries of a schedule's hand-offs.
func (e *Engine) tellHandoffs(s *handoff.State, fresh int) {
	for _, entry := range s.Timeline[max(0, len(s.Timeline)-fresh):] {
		e.watch.HandedOff(entry.Kind)
		e.log.Log(context.Background(), levels[entry.Kind], "handoff", "schedule", s.Schedule, "what", entry.Kind, "user", entry.User, "text", entry.Text)
	}
}
