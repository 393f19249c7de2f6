package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/datadog"
)

const docsRoot = "../.."

// documents are the README and everything under docs/ that people read.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	read := func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(data)
	}
	read(filepath.Join(docsRoot, "README.md"))
	err := filepath.WalkDir(filepath.Join(docsRoot, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".md" {
			read(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 10 {
		t.Fatalf("only %d documents were found: has docs/ moved?", len(texts))
	}
	return texts
}

// configBlock is a whole configuration in a document: <!-- config --> and then a fenced block, which may be part of a
// list and is then indented.
var configBlock = regexp.MustCompile("(?ms)^( *)<!-- config -->\n *```yaml\n(.*?)\n *```$")

func TestConfigurationsInTheDocumentsPassCheck(t *testing.T) {
	t.Parallel()
	found := 0
	for path, text := range documents(t) {
		for i, m := range configBlock.FindAllStringSubmatch(text, -1) {
			found++
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(path), i+1), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "tocsin.yaml")
				config := strings.ReplaceAll("\n"+m[2], "\n"+m[1], "\n")
				if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
					t.Fatal(err)
				}
				var out bytes.Buffer
				io := stdio{in: strings.NewReader(""), out: &out, err: &out, now: time.Now, env: func(name string) (string, bool) {
					return "a-long-enough-placeholder-for-" + name, true
				}}
				code := run(context.Background(), io, []string{"check", file})
				if code != exitFine || strings.Contains(out.String(), "warning") {
					t.Errorf("the configuration that %s shows is not without problems:\n%s", path, out.String())
				}
			})
		}
	}
	if found < 10 {
		t.Errorf("only %d configurations were found: is the mark still <!-- config -->?", found)
	}
}

var (
	docLink = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)[^)]*\)|<img[^>]+src="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fence   = regexp.MustCompile("(?s)```.*?```")
)

func TestLinksBetweenTheDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	for path, text := range texts {
		for _, m := range docLink.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			link := m[1] + m[2]
			u, err := url.Parse(link)
			if err != nil {
				t.Errorf("%s: %q is not a link: %v", path, link, err)
				continue
			}
			if u.Scheme != "" {
				continue
			}
			target := path
			if u.Path != "" {
				target = filepath.Join(filepath.Dir(path), u.Path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: the link %q leads nowhere", path, link)
				continue
			}
			if u.Fragment != "" && !anchors(texts[target])[u.Fragment] {
				t.Errorf("%s: %s has no heading for #%s", path, target, u.Fragment)
			}
		}
	}
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchors are the fragments that the headings of a document can be linked by.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		words := notInAnchors.ReplaceAllString(strings.ToLower(m[1]), "")
		found[strings.ReplaceAll(words, " ", "-")] = true
	}
	return found
}

// substituted is the template as Datadog posts it: variables with a value replaced, the others as they stand.
func substituted(template string, values map[string]string) []byte {
	for name, value := range values {
		template = strings.ReplaceAll(template, `"$`+name+`"`, `"`+value+`"`)
	}
	return []byte(template)
}

func TestTheDatadogTemplateOfTheDocumentsIsUnderstood(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(docsRoot, "docs/sources/datadog-webhook.json"))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"ALERT_CYCLE_KEY": "cycle-1", "ALERT_TRANSITION": "Triggered", "ALERT_PRIORITY": "P2",
		"EVENT_TITLE": "[P2] [Triggered on {host:db-3}] Disk of db-3 is full", "TAGS": "env:prod,team:ops", "TAGS[team]": "ops",
	}
	now := time.Date(2026, 3, 9, 14, 0, 0, 0, time.UTC)
	events, err := datadog.Decode(substituted(string(data), values), now)
	if err != nil || len(events) != 1 {
		t.Fatalf("%d events, error %v", len(events), err)
	}
	e := events[0]
	if e.Status != event.Firing || e.DedupKey != "cycle-1" || e.Priority != "P2" || e.Title != "Disk of db-3 is full" || e.Team != "ops" {
		t.Errorf("the trigger is read as %+v", e)
	}
	if strings.Contains(fmt.Sprint(e), "$") {
		t.Errorf("a variable without a value was taken for one: %+v", e)
	}
	values["ALERT_TRANSITION"] = "Recovered"
	events, err = datadog.Decode(substituted(string(data), values), now)
	if err != nil || len(events) != 1 || events[0].Status != event.Resolved || events[0].DedupKey != "cycle-1" {
		t.Errorf("the recovery is read as %+v, error %v", events, err)
	}
}
