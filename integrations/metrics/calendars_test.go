package metrics_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// site has a calendar, until it is down.
type site struct{ down bool }

func (s *site) Fetch(context.Context, directory.Calendar, calendar.Tags) (calendar.Fetched, error) {
	if s.down {
		return calendar.Fetched{}, errors.New("calendar.example.com answered 404 Not Found")
	}
	return calendar.Fetched{Text: []byte(strings.ReplaceAll(`BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:amir
DTSTART:20260302T000000Z
DURATION:P1D
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:team offsite
DTSTART:20260303T000000Z
DURATION:P1D
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n"))}, nil
}

func (w *world) refresh(t *testing.T) {
	t.Helper()
	if _, err := w.engine.Import(context.Background(), w.now); err != nil {
		t.Fatal(err)
	}
}

func TestTheAgeAndTheStateOfACalendarAreShown(t *testing.T) {
	t.Parallel()
	w := begin(t)
	shown := func(success, fetched, unknown string) {
		t.Helper()
		w.is(t, `
# HELP tocsin_calendar_last_success_timestamp_seconds When the calendar of a rotation was refreshed, so that the copy in force was good, in Unix time; 0 for never.
# TYPE tocsin_calendar_last_success_timestamp_seconds gauge
tocsin_calendar_last_success_timestamp_seconds{rotation="outlook",schedule="office"} `+fetched+`
# HELP tocsin_calendar_refresh_success Whether the calendar of a rotation could be refreshed when that was tried last.
# TYPE tocsin_calendar_refresh_success gauge
tocsin_calendar_refresh_success{rotation="outlook",schedule="office"} `+success+`
# HELP tocsin_calendar_unknown_events Events in the calendar of a rotation that name no user, or make no sense.
# TYPE tocsin_calendar_unknown_events gauge
tocsin_calendar_unknown_events{rotation="outlook",schedule="office"} `+unknown+`
`, "tocsin_calendar_refresh_success", "tocsin_calendar_last_success_timestamp_seconds", "tocsin_calendar_unknown_events")
	}
	shown("0", "0", "0")
	w.refresh(t)
	shown("1", "1.7730576e+09", "1")
	w.now = w.now.Add(2 * time.Hour)
	w.site.down = true
	w.refresh(t)
	shown("0", "1.7730576e+09", "1")
}
