package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// channelKeys are the keys that each type of channel takes; the first is required.
var channelKeys = map[ChannelType][]string{
	"slack": {"to"}, "email": {"to"}, "webhook": {"url", "secret"}, "shoutrrr": {"url"}, "console": {"to"},
}

func (b *builder) channels() {
	for i, c := range b.f.Channels {
		path := fmt.Sprintf("channels[%d]", i)
		b.channelKeys(path, c)
		switch c.Type {
		case "slack", "email", "console":
			b.via(path+".type", Via(c.Type))
		case "webhook":
			if url := c.URL.Reveal(); url != "" && Link(url).check() != nil {
				b.fail(path+".url", "", "a webhook's url begins with https:// or http://")
			}
		case "shoutrrr":
			if url := c.URL.Reveal(); url != "" && !strings.Contains(url, "://") {
				b.fail(path+".url", "", "a shoutrrr url names its service first, such as discord://token@id")
			}
		}
		if err := Email(c.To).check(); c.Type == "email" && c.To != "" && err != nil {
			b.fail(path+".to", "", "%s", err)
		}
		b.dir.Channels[string(c.Name)] = directory.Channel{
			Name: string(c.Name), Type: string(c.Type), To: c.To, URL: c.URL.Reveal(), Secret: c.Secret.Reveal(),
		}
	}
}

func (b *builder) channelKeys(path string, c Channel) {
	keys, ok := channelKeys[c.Type]
	if !ok {
		return
	}
	values := []struct{ key, value string }{{"to", c.To}, {"url", c.URL.Reveal()}, {"secret", c.Secret.Reveal()}}
	for _, v := range values {
		if v.value != "" && !slices.Contains(keys, v.key) {
			b.warn(path+"."+v.key, "the keys are "+strings.Join(keys, " and "), "%s has no effect for a channel of type %s", v.key, c.Type)
		}
		if v.value == "" && keys[0] == v.key && c.Type != "console" && (b.f.origin == nil || !b.written(path+"."+v.key+"_file")) {
			b.fail(path+"."+v.key, "", "a channel of type %s needs %s", c.Type, v.key)
		}
	}
}

func (b *builder) integrations() {
	direct := map[string]Name{}
	for i, in := range b.f.Integrations {
		path := fmt.Sprintf("integrations[%d]", i)
		b.integrationKeys(path, in)
		if len(in.Map) > 0 && in.Type != "json" {
			b.warn(path+".map", "", "map has no effect for type %s", in.Type)
		}
		if len(in.Map) == 0 && in.Type == "json" {
			b.fail(path+".map", "write map: with at least dedup_key and title, such as dedup_key: body.id", "an integration of type json needs a map")
		}
		if in.ResolveTimeout != 0 && in.Type != "prometheus" {
			b.warn(path+".resolve_timeout", "", "resolve_timeout has no effect for type %s", in.Type)
		}
		b.heartbeat(path, in)
		b.deployments(path, in)
		for _, k := range in.Key {
			if other, twice := direct[k.Reveal()]; in.Type == "prometheus" && twice && other != in.Name {
				b.warn(path+".key", "only the key tells them apart: give each its own", "what is sent with this key goes to %s", other)
			} else if in.Type == "prometheus" {
				direct[k.Reveal()] = in.Name
			}
		}
		b.dir.Sources[string(in.Name)] = directory.Source{
			Name: string(in.Name), Type: string(in.Type), KeepOnResolve: in.OnResolve == "keep", ReopenWithin: time.Duration(in.ReopenWithin),
			Service: in.Service, Services: in.Services, Environments: in.Environments,
		}
	}
}

func (b *builder) integrationKeys(path string, in Integration) {
	for i, k := range in.Key {
		at := path + ".key"
		if len(in.Key) > 1 {
			at = b.item(at, i)
		}
		if k.IsZero() && b.written(at) {
			b.fail(at, "write key: none to let anybody send", "the key of %s is empty", in.Name)
		}
		if k.Reveal() == NoKey && len(in.Key) > 1 {
			b.fail(at, "leave it out, or the other keys", "none stands alone")
		}
	}
	if in.Open() {
		b.warn(path+".key", "", "anybody who can reach %s may send alerts to it", in.Name)
	}
}

// providers checks what the shape alone does not tell.
func (b *builder) providers() {
	p := b.f.Providers
	if p.Slack != nil {
		b.given("providers.slack.bot_token", p.Slack.BotToken)
		if p.Slack.SigningSecret.IsZero() {
			b.warn("providers.slack", "add signing_secret", "the buttons of Slack messages will not work: without a signing secret nobody can tell who pressed them")
		}
	}
	if p.Twilio != nil {
		b.given("providers.twilio.auth_token", p.Twilio.AuthToken)
		b.given("providers.twilio.account_sid", p.Twilio.AccountSID)
	}
	if p.SMTP == nil {
		return
	}
	if p.SMTP.Host == "" {
		b.fail("providers.smtp.host", "", "host is empty")
	}
	if (p.SMTP.Username == "") != p.SMTP.Password.IsZero() {
		b.fail("providers.smtp", "give both or neither", "username and password go together")
	}
	if p.SMTP.TLS == "none" && !p.SMTP.Password.IsZero() {
		b.warn("providers.smtp.tls", "", "the password is sent in the clear")
	}
}

func (b *builder) given(path string, s Secret) {
	if s.IsZero() && b.written(path) {
		b.fail(path, "", "%s is empty", path[strings.LastIndex(path, ".")+1:])
	}
}
