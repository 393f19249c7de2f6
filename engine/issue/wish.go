package issue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// What a record and an issue hold at most.
const (
	Most           = 200    // issues of one record
	maxURL         = 2_000  // bytes
	maxSummary     = 255    // characters: what Jira takes
	maxDescription = 10_000 // bytes
	maxType        = 100    // bytes
)

// Wish is an issue that somebody wants to be linked. Exactly one of Create, Key and URL says which.
type Wish struct {
	Tracker  string // empty: as URL says, or the only one that is configured
	Relation Relation
	Key      string
	URL      string
	Summary  string // of a Link: what it is
	Create   *Draft // what is empty of it is taken from the configuration, or from the record
	Action   int
	N        int // the number of an issue, of those that are linked
}

// Add links an issue, or plans to create one. What is linked already is returned as it is.
func (b *Book) Add(w Wish, by string, env directory.Env) (added *Issue, fresh bool, err error) {
	i, err := w.issue(env)
	if err != nil {
		return nil, false, err
	}
	if there := b.find(i); there != nil {
		return there, false, nil
	}
	if len(b.List) >= Most {
		return nil, false, refused("%d issues are linked already; no more are possible.", Most)
	}
	b.Made++
	i.N, i.By, i.At = b.Made, by, env.Now
	b.List = append(b.List, i)
	return &b.List[len(b.List)-1], true, nil
}

// find returns the same issue in the same relation, or nil.
func (b *Book) find(i Issue) *Issue {
	if i.New != nil {
		return nil
	}
	k := slices.IndexFunc(b.List, func(o Issue) bool {
		return o.Tracker == i.Tracker && o.Key == i.Key && o.URL == i.URL && o.Relation == i.Relation && o.Action == i.Action
	})
	if k < 0 {
		return nil
	}
	return &b.List[k]
}

func (w Wish) issue(env directory.Env) (i Issue, err error) {
	i = Issue{Relation: cmp.Or(w.Relation, RelatesTo), Action: w.Action}
	if !slices.Contains(Relations[:], i.Relation) {
		return i, refused("There is no relation %q.", clip(string(i.Relation)))
	}
	ways := 0
	for _, given := range []bool{w.Create != nil, w.Key != "", w.URL != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return i, refused("Say which issue: by its key, by its address, or what is to be created. One of them, not several.")
	}
	if w.URL != "" {
		return w.linked(i, env)
	}
	if i.Tracker, err = w.tracker(env); err != nil {
		return i, err
	}
	t := env.Dir.Trackers[i.Tracker]
	if w.Key != "" {
		i.Key, i.URL, err = checkKey(i.Tracker, w.Key, t)
		return i, err
	}
	i.New, err = w.Create.complete(i.Tracker, t)
	if err == nil {
		i.Summary = i.New.Summary
	}
	return i, err
}

// linked is the issue of an address. Where its tracker is configured, it is followed there.
func (w Wish) linked(i Issue, env directory.Env) (Issue, error) {
	address := strings.TrimSpace(w.URL)
	if !isAddress(address) {
		return i, refused("%q is not an address: write an absolute http or https URL of %d bytes at most.", clip(address), maxURL)
	}
	i.Tracker, i.Key = Recognise(address, env)
	i.URL = address
	switch {
	case w.Tracker == Link:
		i.Tracker, i.Key = Link, ""
	case w.Tracker != "" && w.Tracker != i.Tracker:
		return i, refused("%q is not the address of an issue in %s, as that is configured.", clip(address), clip(w.Tracker))
	}
	i.Summary = oneLine(w.Summary)
	if len([]rune(i.Summary)) > maxSummary {
		return i, refused("A summary has %d characters at most.", maxSummary)
	}
	return i, nil
}

// tracker is the one that is meant.
func (w Wish) tracker(env directory.Env) (string, error) {
	if w.Tracker == "" {
		if len(env.Dir.Trackers) == 1 {
			for name := range env.Dir.Trackers {
				return name, nil
			}
		}
		return "", refused("Say in which tracker: jira or github.")
	}
	if _, ok := env.Dir.Trackers[w.Tracker]; !ok {
		if w.Tracker == Jira || w.Tracker == GitHub {
			return "", refused("%s is not configured: add it under providers.", w.Tracker)
		}
		return "", refused("There is no tracker %q: jira or github, or link with an address.", clip(w.Tracker))
	}
	return w.Tracker, nil
}

// complete fills in what is configured, and checks the rest.
func (d *Draft) complete(tracker string, t directory.Tracker) (*Draft, error) {
	full := Draft{
		Project: cmp.Or(strings.TrimSpace(d.Project), t.Project), Type: cmp.Or(strings.TrimSpace(d.Type), t.Type),
		Summary: shorten(oneLine(d.Summary)), Description: strings.TrimSpace(d.Description),
	}
	switch {
	case full.Project == "":
		return nil, refused("Say in which project, or set project or repository under providers.%s.", tracker)
	case tracker == Jira && !IsProject(full.Project):
		return nil, refused("%q is not the key of a Jira project, such as PAY.", clip(full.Project))
	case tracker == GitHub && !IsRepository(full.Project):
		return nil, refused("%q is not a GitHub repository, such as owner/repo.", clip(full.Project))
	case tracker == GitHub && strings.TrimSpace(d.Type) != "":
		return nil, refused("Issues of GitHub have no type here.")
	case len(full.Type) > maxType:
		return nil, refused("The type of an issue has %d bytes at most.", maxType)
	case full.Summary == "":
		return nil, refused("An issue needs a summary.")
	case len(full.Description) > maxDescription:
		return nil, refused("A description holds %d bytes at most, this one has %d.", maxDescription, len(full.Description))
	}
	return &full, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// shorten cuts a summary to what trackers take.
func shorten(s string) string {
	if r := []rune(s); len(r) > maxSummary {
		return string(r[:maxSummary-1]) + "…"
	}
	return s
}

// since is how long before now something is looked for that was made after it: clocks differ.
const since = 15 * time.Minute
