package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
)

const (
	sketch  = "testdata/sketch.yaml"
	example = "../../config.example.yaml"
)

// everything answers for every variable.
func everything(name string) (string, bool) { return "the-secret-value-of-" + name, true }

func nothingSet(string) (string, bool) { return "", false }

func open(t *testing.T, env func(string) (string, bool), paths ...string) *World {
	t.Helper()
	w, problems := Open(paths, env)
	if w == nil {
		t.Fatalf("there are errors:\n%s", problems)
	}
	return w
}

// openText opens one file with the given text.
func openText(t *testing.T, text string) (*World, Problems) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Open([]string{path}, environment)
}

func TestSketchIsValidAndMeansWhatItSays(t *testing.T) {
	t.Parallel()
	w := open(t, everything, sketch)
	d := w.Dir

	standard := d.Policies["it-west-standard"]
	want := policy.Policy{
		Name: "it-west-standard",
		Steps: []policy.Step{
			{Notify: []policy.Target{{Kind: policy.Schedule, Name: "it-west-primary"}}},
			{After: 10 * time.Minute, Notify: []policy.Target{{Kind: policy.Schedule, Name: "it-west-backup"}}},
			{After: 30 * time.Minute, Notify: []policy.Target{{Kind: policy.Team, Name: "it-west"}}},
			{After: 90 * time.Minute, Notify: []policy.Target{{Kind: policy.Next, Name: "it-west-primary"}}},
		},
		Repeat:     policy.Repeat{Every: 2 * time.Hour, Times: 3},
		AckTimeout: time.Hour,
	}
	if diff := cmp.Diff(want, standard); diff != "" {
		t.Error("policy (-want +got)\n" + diff)
	}
	if got := d.Policies["it-west-urgent"].Steps[1].Unless; got != policy.UnlessClosed {
		t.Errorf("the urgent policy's second step is skipped unless %q", got)
	}
	if got, want := d.Address("ethan", "voice"), "+15550100"; got != want {
		t.Errorf("ethan is called at %q, want %q", got, want)
	}
	if got, want := d.Plan("amir", "P1"), (d.DefaultNotify.High); !reflect.DeepEqual(got, want) {
		t.Errorf("amir is reached by %v, want the default %v", got, want)
	}
	if d.Fallback != "everyone" || d.Zone.String() != "America/New_York" {
		t.Errorf("fallback %q, zone %s", d.Fallback, d.Zone)
	}
	if got := d.Sources["prometheus"]; got.ReopenWithin != 10*time.Minute || got.KeepOnResolve {
		t.Errorf("source prometheus is %+v", got)
	}
	if want := (directory.Retention{Alerts: 90 * 24 * time.Hour, Deployments: 90 * 24 * time.Hour}); d.Retention != want {
		t.Errorf("retention is %+v, want %+v", d.Retention, want)
	}

	night := time.Date(2026, 3, 10, 23, 0, 0, 0, d.Zone)
	decision := w.Router.Route(rules.Event{Labels: map[string]string{"team": "it-west", "severity": "critical"}}, night)
	if decision.Policy != "it-west-urgent" || decision.Priority != "P1" || !decision.Incident {
		t.Errorf("a critical alert at night is routed to %+v", decision)
	}
	for _, facts := range []directory.IncidentFacts{{Priority: "P2"}, {Priority: "P4", Duration: 2 * time.Hour}} {
		if required, err := d.Postmortem.Required(facts); err != nil || !required {
			t.Errorf("an incident %+v owes no postmortem (%v)", facts, err)
		}
	}
	if required, err := d.Postmortem.Required(directory.IncidentFacts{Priority: "P4", Duration: time.Minute}); err != nil || required {
		t.Errorf("a small incident owes a postmortem (%v)", err)
	}
}

// The example is what `make run` serves: it needs no environment, nothing in it is suspicious, and a first alert is
// paged on the console.
func TestExampleWorksAsItIs(t *testing.T) {
	t.Parallel()
	w, problems := Open([]string{example}, nothingSet)
	if len(problems) > 0 {
		t.Fatalf("there are problems:\n%s", problems)
	}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for labels, want := range map[string][]time.Duration{
		"demo":  {0, 30 * time.Second, 60 * time.Second},
		"other": {0, 10 * time.Minute, 30 * time.Minute, 90 * time.Minute},
	} {
		decision := w.Router.Route(rules.Event{Priority: "P3", Labels: map[string]string{labels: "yes"}}, now)
		var offsets []time.Duration
		for _, step := range w.Dir.Policies[decision.Policy].Steps {
			offsets = append(offsets, step.After)
			paged := w.Dir.Resolve(step.Notify, now, func(int) int { return 0 })
			if len(paged.Users) == 0 || len(paged.Missing) > 0 {
				t.Errorf("policy %s at %s pages %+v", decision.Policy, step.After, paged)
			}
			for _, user := range paged.Users {
				if ways := w.Dir.Reach(user, "P3"); len(ways) == 0 || ways[0].Via != "console" {
					t.Errorf("%s is reached by %v", user, ways)
				}
			}
		}
		if !slices.Equal(offsets, want) {
			t.Errorf("an alert labelled %s escalates at %v, want %v", labels, offsets, want)
		}
	}
}

func TestSeveralFilesAreOneConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"20-people.yml":  "users: [{name: ethan}]\nproviders: {console: {}}\nfallback: all\n",
		"10-more.yaml":   "users: [{name: amir}]\nfallback: all\nretention: {alerts: 30d}\n",
		"30-policy.yaml": "policies: [{name: all, steps: [{notify: [\"user:ethan\", \"user:amir\"]}]}]\nretention: {incidents: 1w}\n---\nusers: [{name: darren}]\n",
		"ignored.txt":    "nonsense: [",
		".hidden.yaml":   "nonsense: [",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := open(t, nothingSet, dir)
	var names []Name
	for _, u := range w.File.Users {
		names = append(names, u.Name)
	}
	if want := []Name{"amir", "ethan", "darren"}; !slices.Equal(names, want) {
		t.Errorf("users are %v, want %v", names, want)
	}
	if got, want := len(w.File.Files()), 3; got != want {
		t.Errorf("%d files were read, want %d: %v", got, want, w.File.Files())
	}
	if got := w.File.Retention; got.Alerts != Keep(30*day) || got.Incidents != Keep(week) {
		t.Errorf("retention is %+v", got)
	}
}

func TestVariablesAndSecretFilesAreFilledIn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := `
providers:
  smtp: {host: "${MISSING:-mail.example.com}", port: "${PORT}", from: oncall@example.com, username: "$${literally}", password_file: secrets/smtp}
`
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"tocsin.yaml": text, "secrets/smtp": "two words\r\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := open(t, environment, filepath.Join(dir, "tocsin.yaml")).File.Providers.SMTP
	if got.Host != "mail.example.com" || got.Port != 1025 || got.Username != "${literally}" || got.Password.Reveal() != "two words" {
		t.Errorf("got host %q, port %d, username %q, password %q", got.Host, got.Port, got.Username, got.Password.Reveal())
	}
}

// What comes from the environment is a text, whatever is in it.
func TestEnvironmentIsNotReadAsYAML(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, []byte("users: [{name: ethan, full_name: \"${NAME}\"}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	value := "x\"}]\nlisten: 0.0.0.0:1\n# ${NAME}"
	f, problems := Load([]string{path}, func(string) (string, bool) { return value, true })
	if err := problems.Err(); err != nil || f.Users[0].FullName != value {
		t.Errorf("got %q (%v)", f.Users[0].FullName, err)
	}
}

// A reload loads again and again; the same file must give the same World, and Build must leave the File alone.
func TestBuildChangesNothing(t *testing.T) {
	t.Parallel()
	f, _ := Load([]string{sketch}, everything)
	before, err := Render(*f)
	if err != nil {
		t.Fatal(err)
	}
	first, problems := Build(f)
	second, again := Build(f)
	if first == nil || second == nil || problems.String() != again.String() {
		t.Fatalf("building twice gives different problems:\n%s\n%s", problems, again)
	}
	after, err := Render(*f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error("Build changed the File (-before +after)\n" + diff)
	}
	if diff := cmp.Diff(first.Dir.Policies, second.Dir.Policies); diff != "" {
		t.Error("the Worlds differ\n" + diff)
	}
}

func TestOthersCanPlaceTheirProblems(t *testing.T) {
	t.Parallel()
	w := open(t, everything, sketch)
	p := w.File.Problem(Error, "integrations[3].map.status", 5, "there is no such field", "try another")
	if !strings.HasSuffix(strings.TrimSpace(p.String()), "^") || !strings.Contains(p.OneLine(), "sketch.yaml:115:21: there is no such field; try another") {
		t.Errorf("got\n%s", p)
	}
}

func TestRenderedConfigurationIsWholeAndMasked(t *testing.T) {
	t.Parallel()
	out, err := Render(*open(t, everything, sketch).File)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	got := string(data)
	for _, want := range []string{`"bot_token":"***"`, `"ack_link_ttl":"3d"`, `"level":"info"`, `"retention":{"alerts":"90d","deployments":"90d","incidents":"forever","postmortems":"forever"}`, `"schedule:it-west-primary"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	for _, secret := range []string{"the-secret-value", "discord://", "example.com/hook"} {
		if strings.Contains(got, secret) {
			t.Errorf("the secret %q is in %s", secret, got)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "absent.yaml"): "cannot be read: no such file or directory",
		large:                             "cannot be read: it is larger than 8388608 bytes",
		empty:                             "cannot be read: the folder has no *.yaml file",
	} {
		w, problems := Open([]string{path}, nothingSet)
		if w != nil || len(problems) != 1 || problems[0].OneLine() != path+": "+want {
			t.Errorf("%s: got %s", path, problems)
		}
	}
	if w, problems := Open(nil, nothingSet); w != nil || problems.Err() == nil {
		t.Error("no file at all is no error")
	}
}
