package engine

import (
	"context"
	"log/slog"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/record"
)

// entries is how many lines an alert's timeline has ever had.
func entries(rec record.Record) int {
	if a, ok := rec.(*alert.State); ok {
		return len(a.Timeline) + a.Dropped
	}
	return 0
}

// levels are those of the kinds of timeline entries that are not for the log's usual level: what an operator
// should see, and what there is too much of.
var levels = map[string]slog.Level{
	"created": slog.LevelDebug, "routed": slog.LevelDebug, "step": slog.LevelDebug, "delivered": slog.LevelDebug,
	"held": slog.LevelDebug, "released": slog.LevelDebug, "recovered": slog.LevelDebug, "closed": slog.LevelDebug,
	"failed": slog.LevelWarn, "unreachable": slog.LevelWarn, "exhausted": slog.LevelWarn, "rule_error": slog.LevelWarn,
	"late_outcome": slog.LevelWarn,
}

// tellLog writes what a commit added to an alert's timeline to the log. Notes are people's own words and stay
// out of it.
func (e *Engine) tellLog(a attempt) {
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
