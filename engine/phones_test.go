package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// phones is everybody's phones, mailboxes and chats.
type phones struct {
	now  func() time.Time
	got  []deliver.Message
	at   []time.Time
	edit []deliver.Message
	fail func(m deliver.Message) error             // what a provider answers
	hang func(m deliver.Message) bool              // whether it never answers
	does func(m deliver.Message) map[string]string // what comes of a task

	stuck chan struct{} // a send hangs
	end   chan struct{} // of the test
}

func newPhones(t *testing.T) *phones {
	p := &phones{stuck: make(chan struct{}), end: make(chan struct{})}
	t.Cleanup(func() { close(p.end) })
	return p
}

// watch runs a send until it ends or hangs.
func (p *phones) watch(send func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		send()
	}()
	select {
	case <-done:
	case <-p.stuck:
	}
}

// to counts what somebody got over a way.
func (p *phones) to(user, via string) (n int) {
	for _, m := range p.got {
		if m.User != nil && m.User.Name == user && m.Via == via {
			n++
		}
	}
	return n
}

type phone struct {
	*phones
	via string
}

func (p phone) Send(_ context.Context, m deliver.Message) (deliver.Receipt, error) {
	if p.hang != nil && p.hang(m) {
		p.stuck <- struct{}{}
		<-p.end
		return deliver.Receipt{}, context.Canceled
	}
	if p.fail != nil {
		if err := p.fail(m); err != nil {
			return deliver.Receipt{}, err
		}
	}
	p.phones.got = append(p.phones.got, m)
	p.at = append(p.at, p.now())
	p.phones.at = p.at
	if m.Task != nil && p.does != nil {
		return deliver.Receipt{Delivered: true, Result: p.does(m)}, nil
	}
	return deliver.Receipt{Ref: fmt.Sprintf("%s-%d", p.via, len(p.phones.got)), Editable: p.via == "slack"}, nil
}

func (p phone) Update(_ context.Context, ref string, m deliver.Message) error {
	p.phones.edit = append(p.phones.edit, m)
	return nil
}

// log is what arrived, one line each: minutes since the start, who, how, and the notice if it is one.
func (p *phones) log() string {
	var b strings.Builder
	for i, m := range p.got {
		who := "#"
		switch {
		case m.User != nil:
			who = m.User.Name
		case m.Channel != nil:
			who = m.Channel.Name
		}
		fmt.Fprintf(&b, "%v %s %s", p.at[i].Sub(start), who, m.Via)
		if m.Kind != "" {
			fmt.Fprintf(&b, " %s: %s", m.Kind, m.Text)
		}
		if len(m.Bundle) > 0 {
			fmt.Fprintf(&b, " %d alerts", len(m.Bundle))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
