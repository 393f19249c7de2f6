package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/token"
	"github.com/tocsin-oncall/tocsin/integrations/ackpage"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/calendar"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/twilio"
)

// live is everything that a configuration makes. It is built whole, and only when nothing in it has failed
// does it replace the one before.
type live struct {
	world    *config.World
	setup    *deliver.Setup
	signer   *token.Signer
	feeds    *calendar.Feeds
	sources  *intake.Sources
	decoders []intake.Source
	keys     []api.Key
	ackPage  http.Handler
	slack    *slack.Interactions // nil without the provider
	twilio   *twilio.Inbound
}

// build makes what a configuration says. It touches nothing that is live.
func (a *App) build(world *config.World) (*live, error) {
	f := world.File
	signer, err := a.signing.signer(f)
	if err != nil {
		return nil, fmt.Errorf("signing_key: %w", err)
	}
	l := &live{world: world, signer: signer}
	l.setup = &deliver.Setup{
		Senders: map[string]deliver.Sender{}, Limits: map[string]deliver.Limit{},
		PublicURL: a.publicURL(f), Signer: signer, LinkTTL: time.Duration(f.AckLinkTTL),
	}
	l.feeds = a.feeds(f, l.setup.PublicURL)
	var problems config.Problems
	l.decoders, problems = sourcesOf(f)
	l.sources = intake.NewSources(l.decoders...)
	problems = append(problems, shoutrrrProblems(f)...)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	for _, key := range f.APIKeys {
		l.keys = append(l.keys, api.Key{Name: string(key.Name), Secret: key.Key.Reveal(), Role: api.Role(key.Role)})
	}
	if err := a.senders(l); err != nil {
		return nil, err
	}
	l.ackPage, err = ackpage.New(ackpage.Options{
		Signer: signer, Alerts: people{a.engine}, Directory: a.engine.Directory, Now: a.engine.Now, Log: a.log,
	})
	return l, err
}

// publicURL is what links start with. Where the configuration does not say, it follows --listen.
func (a *App) publicURL(f *config.File) string {
	if a.opts.Listen != "" && string(f.PublicURL) == "http://"+f.Listen {
		return "http://" + a.opts.Listen
	}
	return strings.TrimRight(string(f.PublicURL), "/")
}

// swap puts what was built in force. None of it can fail.
func (a *App) swap(l *live) {
	a.engine.Delivery.Configure(l.setup)
	a.live.Store(l)
	a.metrics.Loaded(hashOf(l.world.File.Files()), a.engine.Now())
}

// hashOf tells configurations apart: a short hash of the files as they are now.
func hashOf(files []string) string {
	h := sha256.New()
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it was there a moment ago; the hash then differs, as it should
		}
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(text))
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// Check finds what only the integrations know of a configuration: expressions of json integrations, URLs of
// shoutrrr channels, links that no phone can open.
func Check(f *config.File) config.Problems {
	_, problems := sourcesOf(f)
	problems = append(problems, shoutrrrProblems(f)...)
	if p := f.Providers; (p.Slack != nil || p.Twilio != nil || p.SMTP != nil) && onlyHere(string(f.PublicURL)) {
		problems = append(problems, f.Problem(config.Warning, "public_url", -1,
			fmt.Sprintf("links in messages start with %s, which no phone can open", f.PublicURL),
			"set public_url to the address at which people reach this server"))
	}
	return problems
}

// onlyHere reports whether a URL is of this machine alone.
func onlyHere(link string) bool {
	u, err := url.Parse(link)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
