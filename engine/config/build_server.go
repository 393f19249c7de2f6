package config

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// The lengths from which on a secret is hard to guess, in characters.
const (
	goodKey        = 16
	goodSigningKey = 32
)

// schemes are the beginnings of a store's URL.
var schemes = []string{"bolt:", "mem:", "redis://", "rediss://", "redis+sentinel://", "redis+cluster://"}

// server checks what concerns the program itself.
func (b *builder) server() {
	f := b.f
	if _, _, err := net.SplitHostPort(f.Listen); err != nil {
		b.fail("listen", "write host:port, such as 127.0.0.1:8080 or :8080", "%q is not an address to listen on", f.Listen)
	}
	if url := f.Store.Reveal(); !slices.ContainsFunc(schemes, func(s string) bool { return strings.HasPrefix(url, s) }) {
		b.fail("store", "write bolt:PATH, or one of "+strings.Join(schemes[1:], ", "), "this is not a store that there is")
	}
	b.zone = b.location("timezone", f.Timezone)
	b.dir.Zone = b.zone
	for i, k := range f.SigningKey {
		if k.IsZero() {
			b.fail(b.item("signing_key", i), "leave signing_key out to have one made", "the signing key is empty")
		} else if len(k.Reveal()) < goodSigningKey {
			b.warn(b.item("signing_key", i), "openssl rand -base64 32 makes a good one", "the signing key has less than %d characters: ack links could be forged", goodSigningKey)
		}
	}
	if f.Fallback == "" && len(f.Integrations)+len(f.Rules) > 0 {
		b.warn("", "set fallback: to a policy", "there is no fallback: what no rule decides, and what reaches nobody, pages no one")
	}
	if b.refer("fallback", pol, f.Fallback) {
		b.dir.Fallback = f.Fallback
	}
	b.apiKeys()
	b.dir.Storm = directory.Storm{Messages: f.Storm.Messages, Per: time.Duration(f.Storm.Per)}
	b.dir.Retention = directory.Retention{
		Alerts: keep(f.Retention.Alerts), Incidents: keep(f.Retention.Incidents), Postmortems: keep(f.Retention.Postmortems),
		Deployments: keep(f.Retention.Deployments),
	}
	for _, p := range f.Urgency.High {
		b.dir.HighUrgency = append(b.dir.HighUrgency, string(p))
	}
}

// item is the path of an item of a list that may be written without being one.
func (b *builder) item(path string, i int) string {
	if b.origin.tree.find(path).kind == list {
		return fmt.Sprintf("%s[%d]", path, i)
	}
	return path
}

func keep(k Keep) time.Duration {
	if k == Forever {
		return 0
	}
	return time.Duration(k)
}

func (b *builder) apiKeys() {
	holders := map[string]Name{}
	for i, k := range b.f.APIKeys {
		path := fmt.Sprintf("api_keys[%d].key", i)
		key := k.Key.Reveal()
		switch other, twice := holders[key]; {
		case key == "":
			if b.written(path) {
				b.fail(path, "", "the key of %s is empty", k.Name)
			}
			continue
		case twice:
			b.fail(path, "give each a key of its own, so that the timeline can tell who it was", "%s has the same key as %s", k.Name, other)
		case len(key) < goodKey:
			b.warn(path, "openssl rand -base64 32 makes a good one", "the key of %s has less than %d characters: it could be guessed", k.Name, goodKey)
		}
		holders[key] = k.Name
	}
}
