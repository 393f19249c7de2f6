package replay

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Pattern is changes that are alike: the same rule decided before, and the same after, with the same result.
type Pattern struct {
	Count int      `json:"count"`
	What  []string `json:"what"`
	Old   Route    `json:"old"`
	New   Route    `json:"new"`
	Title string   `json:"title"` // of the first of them
	harm  int
}

// Route is what alerts of a Pattern have in common.
type Route struct {
	Priority  string   `json:"priority"`
	Team      string   `json:"team,omitempty"`
	Policy    string   `json:"policy,omitempty"`
	Rule      string   `json:"rule"`
	Incident  bool     `json:"incident,omitempty"`
	Held      bool     `json:"held,omitempty"`
	Unreached bool     `json:"unreached,omitempty"`
	Fallback  bool     `json:"fallback,omitempty"`
	Paged     []string `json:"paged,omitempty"` // who, in all of them together,
	Pages     int      `json:"pages"`           // and how often
}

func (f Fate) route() Route {
	return Route{Priority: f.Priority, Team: f.Team, Policy: f.Policy, Rule: f.Rule, Incident: f.Incident, Held: f.Held, Unreached: f.Unreached, Fallback: f.Fallback}
}

func (r Route) key() string {
	flag := func(yes bool) string {
		if yes {
			return "y"
		}
		return "n"
	}
	return strings.Join([]string{r.Priority, r.Team, r.Policy, r.Rule, flag(r.Incident), flag(r.Held), flag(r.Unreached), flag(r.Fallback)}, "\x00")
}

// patterns puts changes that are alike together; the worst, and of those the most frequent, come first.
func patterns(changes []Change) []Pattern {
	type people struct{ old, new map[string]bool }
	list := []Pattern{}
	at := map[string]int{}
	var who []people
	for _, c := range changes {
		was, is := c.Old.route(), c.New.route()
		kind := "paged"
		if c.Routed() {
			kind = "routed"
		}
		key := kind + "\x00" + was.key() + "\x00" + is.key()
		i, known := at[key]
		if !known {
			i = len(list)
			at[key] = i
			list = append(list, Pattern{Old: was, New: is, Title: c.Title, harm: c.harm()})
			who = append(who, people{map[string]bool{}, map[string]bool{}})
		}
		p := &list[i]
		p.Count++
		p.harm = max(p.harm, c.harm())
		for _, w := range c.What {
			if !slices.Contains(p.What, w) {
				p.What = append(p.What, w)
			}
		}
		for name, n := range c.Old.Paged {
			who[i].old[name] = true
			p.Old.Pages += n
		}
		for name, n := range c.New.Paged {
			who[i].new[name] = true
			p.New.Pages += n
		}
	}
	for i := range list {
		list[i].Old.Paged, list[i].New.Paged = slices.Sorted(maps.Keys(who[i].old)), slices.Sorted(maps.Keys(who[i].new))
	}
	slices.SortStableFunc(list, func(a, b Pattern) int { return cmp.Or(cmp.Compare(b.harm, a.harm), cmp.Compare(b.Count, a.Count)) })
	return list
}
