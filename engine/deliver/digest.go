package deliver

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

const (
	maxWaiting    = 10              // how many alerts a digest names
	digestTimeout = 3 * time.Second // how long a notice waits for it; it goes without rather than late
)

// Waiting is an alert that is not closed, for those who come on call.
type Waiting struct {
	ID        store.ID
	Number    uint64
	Title     string
	Priority  string
	Status    alert.Status
	AckedBy   string
	CreatedAt time.Time
}

// digest adds to the notice of somebody who comes on call what is open, as it is at the time of the sending.
func (d *Deliverer) digest(ctx context.Context, m *Message, s *handoff.State, round int, setup *Setup, env directory.Env) {
	if n, ok := s.Notice(round); !ok || !n.On {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, digestTimeout)
	defer cancel()
	waiting, more, err := d.ledger.Waiting(ctx, s.Schedule)
	switch {
	case err != nil:
		m.Text += " What is open could not be read."
	case len(waiting) == 0:
		m.Text += " Nothing is open."
	default:
		m.Text += " " + summary(waiting, more)
		if m.Via != "sms" && m.Via != "voice" { // these are short, and read out
			m.Text += ":" + list(waiting, m, setup, env)
		} else {
			m.Text += "."
		}
	}
}

func summary(waiting []Waiting, more bool) string {
	n := fmt.Sprint(len(waiting))
	if more {
		n = "at least " + n
	}
	unowned := 0
	for _, a := range waiting {
		if a.Status == alert.Open {
			unowned++
		}
	}
	return fmt.Sprintf("Alerts not closed: %s, the worst of them %s, %d without an owner", n, waiting[0].Priority, unowned)
}

func list(waiting []Waiting, m *Message, setup *Setup, env directory.Env) string {
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	var b strings.Builder
	for i, a := range waiting {
		if i == maxWaiting {
			fmt.Fprintf(&b, "\nand %d more", len(waiting)-i)
			break
		}
		state := string(a.Status)
		if a.Status == alert.Acked {
			state = a.AckedBy + " has it"
		}
		fmt.Fprintf(&b, "\n%s #%d %s: %s, since %s", a.Priority, a.Number, clip(oneLine(a.Title), 120), state, a.CreatedAt.In(zone).Format("Mon 2 Jan 15:04"))
		to := Message{}
		link(&to, token.Token{Subject: string(a.ID), User: m.User.Name}, setup, env)
		if to.Link != "" {
			b.WriteString(" " + to.Link)
		}
	}
	return b.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
