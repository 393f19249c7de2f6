package rules

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// setting is one value of a rule's Set that has expressions in it.
type setting struct {
	key   string // such as "labels.owner"
	from  *template
	limit int // characters of what it may give; more is cut, but for links
	put   func(*Set, string)
}

// The limits of what templates give, in characters: those that events are cut to when they come in.
const (
	maxTitle       = 500
	maxDescription = 15_000
	maxName        = 256 // of service and team
	maxTag         = 100
	maxLabel       = 1 << 10
	maxDetail      = 15_000
	maxLink        = 4096
)

// compileSet checks the values of a Set that are written out, and compiles the others. It gives those that
// are written out as a Set of their own.
func (c *compiler) compileSet(path string, set *Set, parse destinationParser) (fixed Set, settings []setting) {
	fixed = *set
	add := func(key, source string, limit int, put func(*Set, string)) {
		settings = append(settings, setting{key: key, from: c.compileTemplate(path+"."+key, source), limit: limit, put: put})
	}
	if set.Team != "" {
		if _, message, _ := parse("team:team"); message != "" {
			c.report(path+".team", "the team is decided before its routes are tried", "set it in a global rule")
		}
	}
	for _, f := range [...]struct {
		key   string
		value func(*Set) *string
		limit int
	}{
		{"priority", func(s *Set) *string { return &s.Priority }, maxName},
		{"team", func(s *Set) *string { return &s.Team }, maxName},
		{"service", func(s *Set) *string { return &s.Service }, maxName},
		{"title", func(s *Set) *string { return &s.Title }, maxTitle},
		{"description", func(s *Set) *string { return &s.Description }, maxDescription},
		{"link", func(s *Set) *string { return &s.Link }, maxLink},
		{"runbook", func(s *Set) *string { return &s.Runbook }, maxLink},
	} {
		source := *f.value(set)
		if isTemplate(source) {
			*f.value(&fixed) = ""
			add(f.key, source, f.limit, func(s *Set, text string) { *f.value(s) = text })
		} else {
			c.checkSetting(path+"."+f.key, f.key, source)
		}
	}
	fixed.Tags = nil
	for i, tag := range set.Tags {
		if !isTemplate(tag) {
			fixed.Tags = append(fixed.Tags, tag)
			continue
		}
		add(fmt.Sprintf("tags[%d]", i), tag, maxTag, func(s *Set, text string) { s.Tags = append(s.Tags, text) })
	}
	fixed.Labels = c.compileEntries("labels", set.Labels, maxLabel, func(s *Set) map[string]string { return s.Labels }, add)
	fixed.Details = c.compileEntries("details", set.Details, maxDetail, func(s *Set) map[string]string { return s.Details }, add)
	return fixed, settings
}

// compileEntries gives the entries that are written out, and adds the others.
func (c *compiler) compileEntries(key string, entries map[string]string, limit int, of func(*Set) map[string]string,
	add func(key, source string, limit int, put func(*Set, string))) map[string]string {
	if entries == nil {
		return nil
	}
	fixed := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if !isTemplate(entries[name]) {
			fixed[name] = entries[name]
			continue
		}
		add(key+"."+name, entries[name], limit, func(s *Set, text string) { of(s)[name] = text })
	}
	return fixed
}

// checkSetting reports a value that is written out and cannot be.
func (c *compiler) checkSetting(path, key, value string) {
	if key == "priority" {
		if message, hint := checkClosed(key, value); message != "" {
			c.report(path, message, hint)
		}
		return
	}
	if err := checkValue(key, value, nil); err != nil {
		c.report(path, err.Error(), "")
	}
}

// checkValue says why a value that a template gave cannot be set. An empty one sets nothing.
func checkValue(key, value string, teams map[string]*teamRoutes) error {
	switch {
	case value == "":
		return nil
	case key == "priority" && !slices.Contains(closed["priority"], value):
		return fmt.Errorf("%q is no priority; it stays as it was", cut(value, maxTag))
	case key == "team" && teams != nil && teams[value] == nil:
		return fmt.Errorf("there is no team %q; it stays as it was", cut(value, maxTag))
	case key == "link" || key == "runbook":
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(value) > maxLink {
			return fmt.Errorf("%q is not a URL that starts with http:// or https://", cut(value, maxTag))
		}
	}
	return nil
}

// filled gives what the rule sets for the event at hand: all its templates see the event as it was before.
// One that fails, or gives what cannot be, leaves its value as it is.
func (e *evaluator) filled(r *rule) (*Set, error) {
	if len(r.settings) == 0 {
		return r.Set, nil
	}
	var first error
	set := r.fixed
	set.Tags, set.Labels, set.Details = slices.Clone(set.Tags), maps.Clone(set.Labels), maps.Clone(set.Details)
	for _, s := range r.settings {
		text, err := e.fillIn(s.from)
		if err == nil {
			text = trimmed(text, s)
			err = checkValue(s.key, text, e.teams)
		}
		switch {
		case err != nil:
			e.fail(r, "set."+s.key, err)
			first = err
		case text != "":
			s.put(&set, text)
		}
	}
	return &set, first
}

// trimmed brings what a template gave into the form of what it is for: all but the description and the details is
// one line.
func trimmed(text string, s setting) string {
	if s.key != "description" && !strings.HasPrefix(s.key, "details.") {
		text = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, text)
	}
	text = strings.TrimSpace(strings.ToValidUTF8(text, ""))
	if s.key == "link" || s.key == "runbook" {
		return text // half a link leads nowhere
	}
	if list := []rune(text); len(list) > s.limit {
		return string(list[:s.limit-1]) + "…"
	}
	return text
}
