package faults

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// crowdKey is how the keys of the crowd's alerts begin. They are opened and closed, taken and given back at the same
// time by several people, so that only their histories can be judged.
const crowdKey = "crowd-"

const (
	crowds     = 2
	crowdSize  = 3                     // clients that act on the same alert
	crowdPace  = 60 * time.Millisecond // between what one of them does and does next
	crowdActs  = 60                    // on one key, and so many
	crowdLost  = 4                     // answers that may be lost, for a history that can be checked
	crowdNewer = 8                     // of its newest alerts are acted upon
)

// crowd shares what is known of the alerts of one key after the other.
type crowd struct {
	group int

	mu     sync.Mutex
	key    int
	acts   int
	lost   int
	alerts []seen
}

// turn is the key to act on next, and the alerts that it has had.
func (c *crowd) turn() (key string, alerts []seen) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.acts >= crowdActs || c.lost >= crowdLost {
		c.key, c.acts, c.lost, c.alerts = c.key+1, 0, 0, nil
	}
	c.acts++
	return fmt.Sprint(crowdKey, c.group, "-", c.key), c.alerts
}

// told keeps what an answer says, if the crowd has not gone on to another key.
func (c *crowd) told(key string, answered bool, alert seen) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key != fmt.Sprint(crowdKey, c.group, "-", c.key) {
		return
	}
	if !answered {
		c.lost++
		return
	}
	for _, a := range c.alerts {
		if a.ID == alert.ID {
			return
		}
	}
	if alert.ID != "" {
		c.alerts = append(c.alerts[max(0, len(c.alerts)-crowdNewer):len(c.alerts):len(c.alerts)], alert)
	}
}

// gather has a crowd act until the load ends.
func (l *load) gather(group int) {
	c := &crowd{group: group}
	for client := range crowdSize {
		luck := dice("crowd", group*crowdSize+client)
		l.crowd.Go(func() {
			pace := time.NewTicker(crowdPace)
			defer pace.Stop()
			for n := client; ; n++ {
				select {
				case <-pace.C:
				case <-l.ended:
					return
				case <-l.t.Context().Done():
					return
				}
				key, alerts := c.turn()
				r := request{input: input{op: ingest, key: key}}
				if len(alerts) > 0 && luck.IntN(4) > 0 {
					alert := alerts[luck.IntN(len(alerts))]
					ops := [...]string{ack, ack, unack, get, get, get, closeOut}
					r = request{input{ops[luck.IntN(len(ops))], key, alert.Number}, alert.ID}
				}
				out, alert := l.ask(client, l.servers[n%len(l.servers)], r)
				c.told(key, out != (output{}), alert)
			}
		})
	}
}

func ofCrowd(key string) bool { return strings.HasPrefix(key, crowdKey) }
