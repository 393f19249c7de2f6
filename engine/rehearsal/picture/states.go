package picture

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// maxBars is how many alerts have a bar that shows their state.
const maxBars = 8

// stretch is a time in which an alert is in one state.
type stretch struct {
	state    string // open, acked, held, snoozed; closed is none
	from, to time.Time
}

// becomes is the state of an alert after an entry of a kind. Kinds that are not here change nothing.
var becomes = map[string]string{
	"created": "open", "acked": "acked", "unacked": "open", "ack_timeout": "open", "reopened": "open", "woke": "open",
	"snoozed": "snoozed", "closed": "closed", "held": "held", "released": "open",
}

// bars are the states of the alerts, by number.
func bars(s *rehearsal.Story) map[uint64][]stretch {
	all := map[uint64][]stretch{}
	for _, e := range s.Entries {
		state, ok := becomes[e.Kind]
		if !ok || e.Alert == 0 || len(all) == maxBars && all[e.Alert] == nil {
			continue
		}
		list := all[e.Alert]
		if n := len(list); n > 0 && list[n-1].to.IsZero() {
			if list[n-1].state == state {
				continue
			}
			if list[n-1].to = e.At; list[n-1].from.Equal(e.At) {
				list = list[:n-1]
			}
		}
		if state != "closed" {
			list = append(list, stretch{state: state, from: e.At})
		}
		all[e.Alert] = list
	}
	for _, list := range all {
		for i := range list {
			if list[i].to.IsZero() {
				list[i].to = s.End
			}
		}
	}
	return all
}

// Offset is a time since the start as people write it: +10m, +1h30m, +12m5s.
func Offset(d time.Duration) string {
	d = d.Truncate(time.Second)
	h, m, s := d/time.Hour, d%time.Hour/time.Minute, d%time.Minute/time.Second
	text := "+"
	if h > 0 {
		text += fmt.Sprintf("%dh", h)
	}
	if m > 0 {
		text += fmt.Sprintf("%dm", m)
	}
	if s > 0 || h == 0 && m == 0 {
		text += fmt.Sprintf("%ds", s)
	}
	return text
}
