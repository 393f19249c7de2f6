package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

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

// touch does something on a page, and returns the title and text of what is there then.
func touch(t *testing.T, browser context.Context, picture string, steps ...chromedp.Action[chromedp.Void]) (title, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, patience)
	defer cancel()
	if err := chromedp.Do(ctx, append(steps, chromedp.WaitReady("footer"))...); err != nil {
		t.Fatalf("%s: %v", picture, err)
	}
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil {
		t.Fatalf("%s: %v", picture, err)
	}
	if text, err = chromedp.Run(ctx, chromedp.Text("body")); err != nil {
		t.Fatalf("%s: %v", picture, err)
	}
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
	return title, strings.Join(strings.Fields(text), " ")
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

	title, text := touch(t, browser, "open", chromedp.Navigate(link))
	if !strings.HasPrefix(title, "P1 #1 Checkout answers") {
		t.Errorf("the title is %q", title)
	}
	for _, want := range []string{"Nobody has it yet.", "Customers see a blank page", "Ethan Z.", "amir at ", "in 10 min", "Acknowledge", "Escalate now", "Snooze", "Close"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q: %s", want, text)
		}
	}
	if a := s.alert(one.Number); a.Status != "open" {
		t.Fatalf("opening the link made it %s", a.Status)
	}
	_, text = touch(t, browser, "acknowledged", chromedp.Click(button("Acknowledge")), chromedp.WaitVisible(".flash"))
	if !containing("Acknowledged. It is yours now.", "You have it, since")(text) {
		t.Errorf("after the button: %s", text)
	}
	if a := s.alert(one.Number); a.Status != "acked" || a.AckedBy != "ethan" {
		t.Errorf("after the button the alert is %s by %q", a.Status, a.AckedBy)
	}
	_, text = touch(t, browser, "reloaded", chromedp.Reload())
	if a := s.alert(one.Number); !strings.Contains(text, "You have it, since") || len(a.Timeline) != len(s.alert(one.Number).Timeline) {
		t.Errorf("loaded again: %s", text)
	}
	_, text = touch(t, browser, "closed", chromedp.Click(button("Close")), chromedp.WaitVisible(".flash"), chromedp.WaitNotPresent(button("Close")))
	if !strings.Contains(text, "Closed by Ethan Z.") {
		t.Errorf("closed: %s", text)
	}
	_, text = touch(t, browser, "forged", chromedp.Navigate(link[:len(link)-4]+"AAAA"))
	if !strings.Contains(text, "This link does not work") || strings.Contains(text, "Checkout") {
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
	_, text := touch(t, browser, "bundle", chromedp.Navigate(bundle))
	if !containing("3 alerts", "queue is full", "Acknowledge all 3")(text) {
		t.Errorf("the bundle shows: %s", text)
	}
	_, text = touch(t, browser, "bundle-acknowledged", chromedp.Click(button("Acknowledge all")), chromedp.WaitVisible(".flash"))
	if !strings.Contains(text, "None of them is left") || len(s.alerts("status=acked")) != 3 {
		t.Errorf("after the button: %s", text)
	}

	s.write(config + "ack_link_ttl: 1s\n")
	if a := s.do("POST", "/-/reload", adminKey, "", nil); a.status != 200 {
		t.Fatalf("reload: %d %s", a.status, a.body)
	}
	s.fire(map[string]any{"id": "expired soon"})
	link := linkIn(t, texted(t, f, ethansPhone, containing("expired soon")).Body())
	began := time.Now()
	until(t, "the link to expire", func() (bool, any) { return open(t, link).status == 410, time.Since(began) })
	_, text = touch(t, browser, "expired", chromedp.Navigate(link))
	if !strings.Contains(text, "This link has expired") {
		t.Errorf("an expired link shows: %s", text)
	}
}
