package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exampleServer serves config.example.yaml as it is, but for its address, its state and the waits of the demo
// policy.
func exampleServer(t *testing.T) *server {
	t.Helper()
	text, err := os.ReadFile("../../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := prepare(t, "")
	s.Args = []string{"--listen", s.Address}
	for old, now := range map[string]string{"{after: 30s, ": "{after: 2s, ", "{after: 60s, ": "{after: 4s, "} {
		if strings.Count(string(text), old) != 1 {
			t.Fatalf("config.example.yaml does not say %q once", old)
		}
		text = []byte(strings.Replace(string(text), old, now, 1))
	}
	if err := os.WriteFile(s.Config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Launch()
	return s
}

// firstCommand is the command that `make run` prints.
func firstCommand(t *testing.T, address string) string {
	t.Helper()
	script, err := os.ReadFile("../../../.ci/run-example")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile(`(?s)\n  (curl .*?)\n\n`).FindSubmatch(script)
	if command == nil {
		t.Fatal("make run prints no curl command")
	}
	return strings.NewReplacer("$listen", address, `\\`, `\`).Replace(string(command[1]))
}

// pagesOnConsole are the pages that were printed about an alert.
func pagesOnConsole(text, alert string) (pages []string) {
	for block := range strings.SplitSeq(text, "\n\n") {
		if strings.Contains(block, "PAGE to ") && strings.Contains(block, alert) {
			pages = append(pages, block)
		}
	}
	return pages
}

func TestTheFirstAlertOfANewUserPagesEscalatesAndStopsWithTheLink(t *testing.T) {
	t.Parallel()
	need(t, "curl", "curl")
	s := exampleServer(t)
	if out, err := exec.Command(binary, "check", s.Config).CombinedOutput(); err != nil {
		t.Errorf("the example is not valid: %v\n%s", err, out)
	}
	command := firstCommand(t, s.Address)
	out, err := exec.Command("bash", "-c", command).CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"number":1`) || !strings.Contains(string(out), `"status":"open"`) {
		t.Fatalf("%s\nanswered %v: %s", command, err, out)
	}

	// Nobody acknowledges: the next person is paged, then the whole team.
	all := s.Out.Wait(t, "the page of the whole team", func(text string) bool {
		return len(pagesOnConsole(text, "#1 Disk of db-3 is full")) >= 6
	})
	for _, name := range []string{"ethan", "amir", "darren", "jason"} {
		if !strings.Contains(all, "PAGE to "+name+" by console") {
			t.Errorf("%s was not paged:\n%s", name, all)
		}
	}

	// Another one, acknowledged after the first page: nobody else hears of it.
	command = strings.Replace(command, "disk-db-3", "disk-db-4", 1)
	if out, err := exec.Command("bash", "-c", command).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text := s.Out.Wait(t, "the page of the second alert", func(text string) bool {
		return len(pagesOnConsole(text, "#2 ")) == 1
	})
	link := linkIn(t, pagesOnConsole(text, "#2 ")[0])
	page := open(t, link)
	if page.status != 200 || !strings.Contains(page.text, "Nobody has it yet.") {
		t.Fatalf("the link shows %d: %s", page.status, page.text)
	}
	if after := page.press(t, link, "Acknowledge"); !strings.Contains(after.text, "Acknowledged. It is yours now.") {
		t.Errorf("after the button: %s", after.text)
	}
	// The third alert's second page is later than the second's would have been.
	command = strings.Replace(command, "disk-db-4", "disk-db-5", 1)
	if out, err := exec.Command("bash", "-c", command).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text = s.Out.Wait(t, "the second page of the third alert", func(text string) bool { return len(pagesOnConsole(text, "#3 ")) >= 2 })
	if pages := pagesOnConsole(text, "#2 "); len(pages) != 1 {
		t.Errorf("acknowledged, and paged on: %q", pages)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, "data", "tocsin.db")); err != nil {
		t.Errorf("the state is not where the example says: %v", err)
	}
}
