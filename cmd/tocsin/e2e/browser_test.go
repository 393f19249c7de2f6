package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// phoneScreen is a browser as wide as a telephone.
func phoneScreen(t *testing.T) context.Context {
	t.Helper()
	need(t, "chromium", "chromium")
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-proxy-server", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(375, 812),
	}
	allocated, end := chromedp.NewExecAllocator(t.Context(), options...)
	browser, stop := chromedp.NewContext(allocated)
	t.Cleanup(func() { stop(); end() })
	if err := chromedp.Do(browser, chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return browser
}

// see does something on a page, waits until the text wanted is to be read, and returns all text there is then.
func see(t *testing.T, browser context.Context, picture, wanted string, step chromedp.Action[chromedp.Void]) (text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, programtest.Patience)
	defer cancel()
	if err := chromedp.Do(ctx, step); err != nil {
		t.Fatalf("%s: %v", picture, err)
	}
	until(t, picture+" to show "+wanted, func() (bool, any) {
		// While one page gives way to the next there may be no answer.
		shown, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.readyState == 'complete' ? document.title + ' ' + document.body.innerText : ''"))
		text = strings.Join(strings.Fields(shown), " ")
		return err == nil && strings.Contains(text, wanted), text
	})
	tooWide, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > window.innerWidth"))
	if err != nil || tooWide {
		t.Errorf("%s: the page is wider than the telephone (%v)", picture, err)
	}
	if dir := os.Getenv("TOCSIN_SCREENSHOTS"); dir != "" {
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatalf("%s: %v", picture, err)
		}
		write(t, filepath.Join(dir, picture+".png"), string(png))
	}
	return text
}

func button(label string) string { return `//button[starts-with(normalize-space(), "` + label + `")]` }

func TestOnATelephoneTheLinkShowsTheAlertAndOneTouchTakesIt(t *testing.T) {
	t.Parallel()
	f := twiliotest.Start(t)
	s := serve(t, people+reach("{via: sms}")+unbundled+standard(`0s: "user:ethan"`, `10m: "user:amir"`, `30m: "team:ops"`)+
		integrations()+providers(twilioProvider(f)))
	one := s.fire(map[string]any{
		"id": "one", "title": "Checkout answers with errors: 5% of all requests fail in eu-central-1", "service": "checkout",
		"description": "The error rate of the checkout service has been above 5% for ten minutes.\nCustomers see a blank page after they pay.",
		"labels":      map[string]string{"severity": "critical", "cluster": "eu-central-1", "instance": "checkout-7d9f8b6c5d-x2v4q.default.svc.cluster.local:8080"},
	})
	link := linkIn(t, texted(t, f, ethansPhone, containing("Checkout")).Body())
	browser := phoneScreen(t)

	text := see(t, browser, "open", "Nobody has it yet.", chromedp.Navigate(link))
	if !strings.HasPrefix(text, "P1 #1 Checkout answers") {
		t.Errorf("the page begins with %.100q", text)
	}
	for _, want := range []string{"Nobody has it yet.", "Customers see a blank page", "Ethan Z.", "amir at ", "in 10 min", "Acknowledge", "Escalate now", "Snooze", "Close"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q: %s", want, text)
		}
	}
	if a := s.alert(one.Number); a.Status != "open" {
		t.Fatalf("opening the link made it %s", a.Status)
	}
	text = see(t, browser, "acknowledged", "Acknowledged. It is yours now.", chromedp.Click(button("Acknowledge")))
	if !strings.Contains(text, "You have it, since") {
		t.Errorf("after the button: %s", text)
	}
	if a := s.alert(one.Number); a.Status != "acked" || a.AckedBy != "ethan" {
		t.Errorf("after the button the alert is %s by %q", a.Status, a.AckedBy)
	}
	before := len(s.alert(one.Number).Timeline)
	see(t, browser, "reloaded", "You have it, since", chromedp.Reload())
	if after := len(s.alert(one.Number).Timeline); after != before {
		t.Errorf("loading the page again did something: %+v", s.alert(one.Number).Timeline[before:])
	}
	see(t, browser, "closed", "Closed by Ethan Z.", chromedp.Click(button("Close")))
	text = see(t, browser, "forged", "This link does not work", chromedp.Navigate(link[:len(link)-4]+"AAAA"))
	if strings.Contains(text, "Checkout") {
		t.Errorf("a forged link shows: %s", text)
	}
}

func TestAnExpiredLinkAndABundleOnATelephone(t *testing.T) {
	t.Parallel()
	f := twiliotest.Start(t)
	config := people + reach("{via: sms}") + "storm: {messages: 1, per: 2s}\n" + standard(`0s: "user:ethan"`) + integrations() + providers(twilioProvider(f))
	s := serve(t, config)
	for _, id := range []string{"web-1 is down", "web-2 is down", "db-1 does not answer on port 5432 any more", "queue is full"} {
		s.fire(map[string]any{"id": id})
	}
	bundle := linkIn(t, texted(t, f, ethansPhone, containing("3 alerts", "acknowledges all")).Body())
	browser := phoneScreen(t)
	text := see(t, browser, "bundle", "3 alerts", chromedp.Navigate(bundle))
	if !containing("queue is full", "Acknowledge all 3")(text) {
		t.Errorf("the bundle shows: %s", text)
	}
	text = see(t, browser, "bundle-acknowledged", "None of them waits for anybody", chromedp.Click(button("Acknowledge all")))
	if n := len(s.alerts("status=acked")); n != 3 {
		t.Errorf("%d alerts are acknowledged after the button: %s", n, text)
	}

	s.Write(config + "ack_link_ttl: 1s\n")
	if a := s.Do("POST", "/-/reload", programtest.AdminKey, "", nil); a.Status != 200 {
		t.Fatalf("reload: %d %s", a.Status, a.Body)
	}
	s.fire(map[string]any{"id": "expired soon"})
	link := linkIn(t, texted(t, f, ethansPhone, containing("expired soon")).Body())
	began := time.Now()
	until(t, "the link to expire", func() (bool, any) { return open(t, link).status == 410, time.Since(began) })
	see(t, browser, "expired", "This link has expired", chromedp.Navigate(link))
}
