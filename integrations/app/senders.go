package app

import (
	"cmp"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/console"
	"github.com/tocsin-oncall/tocsin/integrations/email"
	"github.com/tocsin-oncall/tocsin/integrations/shoutrrr"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/statuspage"
	"github.com/tocsin-oncall/tocsin/integrations/twilio"
	"github.com/tocsin-oncall/tocsin/integrations/webhook"
)

// senders makes the senders of the configured providers, and what takes their answers.
func (a *App) senders(l *live) error {
	p := l.world.File.Providers
	put := func(via string, s deliver.Sender, limits config.Limits) {
		l.setup.Senders[via] = s
		l.setup.Limits[via] = deliver.Limit{Concurrency: limits.Concurrency, Rate: limits.Rate}
	}
	put("webhook", webhook.New(transport(), a.engine.Now), config.Limits{Concurrency: 4})
	put("shoutrrr", shoutrrr.New(), config.Limits{Concurrency: 4})
	if p.Console != nil {
		var options []console.Option
		if a.opts.Colour {
			options = append(options, console.WithColour())
		}
		put("console", console.New(a.opts.Console, a.engine.Now, options...), p.Console.Limits)
	}
	if p.SMTP != nil {
		s, err := email.New(email.Options{
			Host: p.SMTP.Host, Port: p.SMTP.Port, From: string(p.SMTP.From), Username: p.SMTP.Username,
			Password: p.SMTP.Password.Reveal(), TLS: email.TLS(p.SMTP.TLS), Now: a.engine.Now,
		})
		if err != nil {
			return err
		}
		put("email", s, p.SMTP.Limits)
	}
	if p.Statuspage != nil {
		limits := p.Statuspage.Limits
		limits.Concurrency, limits.Rate = cmp.Or(limits.Concurrency, statuspage.Concurrency), cmp.Or(limits.Rate, statuspage.Rate)
		put("statuspage", statuspage.New(statuspage.Options{
			APIKey: p.Statuspage.APIKey.Reveal(), PageID: p.Statuspage.PageID, BaseURL: string(p.Statuspage.BaseURL), Transport: transport(),
		}), limits)
	}
	if p.Slack != nil {
		if err := a.slack(l, p.Slack, put); err != nil {
			return err
		}
	}
	if err := a.trackers(p, put); err != nil {
		return err
	}
	if p.Twilio != nil {
		return a.twilio(l, p.Twilio, put)
	}
	return nil
}

func (a *App) slack(l *live, p *config.Slack, put func(string, deliver.Sender, config.Limits)) error {
	s, err := slack.New(slack.Options{Token: p.BotToken.Reveal(), BaseURL: string(p.BaseURL), Now: a.engine.Now})
	if err != nil {
		return err
	}
	put("slack", s, p.Limits)
	if p.SigningSecret.IsZero() {
		return nil // messages go out; their buttons cannot be verified, so nothing is taken
	}
	l.slack, err = slack.NewInteractions(slack.InboundOptions{
		SigningSecrets: []string{p.SigningSecret.Reveal()}, BaseURL: string(p.BaseURL),
		Acts: people{a.engine}, Directory: a.engine.Directory, Now: a.engine.Now, Log: a.log,
	})
	return err
}

func (a *App) twilio(l *live, p *config.Twilio, put func(string, deliver.Sender, config.Limits)) error {
	c, err := twilio.New(twilio.Config{
		AccountSID: p.AccountSID.Reveal(), AuthToken: p.AuthToken.Reveal(), OtherToken: p.SecondaryToken.Reveal(),
		From: string(p.From), BaseURL: string(p.BaseURL), PublicURL: l.setup.PublicURL,
		MachineDetection: p.MachineDetection,
	}, transport())
	if err != nil {
		return err
	}
	put("sms", c.SMS(), p.Limits)
	put("voice", c.Voice(), p.Limits)
	l.twilio = c.Inbound(twilio.InboundOptions{
		Acts: people{a.engine}, Signer: l.signer, Directory: a.engine.Directory, Now: a.engine.Now, Log: a.log,
	})
	return nil
}

// transport keeps enough connections open for a provider's concurrency.
func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = deliver.DefaultConcurrency
	return t
}

// shoutrrrProblems are URLs that the library cannot send to.
func shoutrrrProblems(f *config.File) (problems config.Problems) {
	for i, c := range f.Channels {
		if c.Type != "shoutrrr" {
			continue
		}
		if err := shoutrrr.Validate(c.URL.Reveal()); err != nil {
			problems = append(problems, f.Problem(config.Error, pathOf("channels", i, "url"), -1, err.Error(), ""))
		}
	}
	return problems
}
