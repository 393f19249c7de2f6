package incident

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// What an incident can hold of what people write.
const (
	maxDescription = 50_000 // bytes
	maxServices    = 100
	maxTag         = 200 // bytes
	maxProperties  = 100
	maxProperty    = 1000 // bytes of a name or value
	maxLinks       = 100
	maxHref        = 2000 // bytes
)

// Link leads somewhere: a dashboard, a conference, a ticket.
type Link struct {
	Text string `json:"text"`
	Href string `json:"href"`
}

// Edit is what an Update changes: what is empty stays as it is.
type Edit struct {
	Title          string
	Description    *string
	Conference     *string  // a link; empty for none
	DetectedBy     Detector // who noticed it first
	AddServices    []string
	RemoveServices []string
	AddTags        []string
	RemoveTags     []string
	Properties     map[string]string // by name; an empty value removes one
	AddLinks       []Link            // one with an Href that is there takes another Text
	RemoveLinks    []string          // by Href
}

// Empty reports whether nothing is to be changed.
func (e Edit) Empty() bool {
	return e.Title == "" && e.Description == nil && e.Conference == nil && e.DetectedBy == "" && len(e.AddServices)+len(e.RemoveServices)+len(e.AddTags)+len(e.RemoveTags)+
		len(e.Properties)+len(e.AddLinks)+len(e.RemoveLinks) == 0
}

// update checks everything before it changes anything. A closed incident can still be described better.
func (s *State) update(a Action, env Env) error {
	e := a.Edit
	if err := s.checkEdit(e, env); err != nil {
		return err
	}
	var said []string
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if title := strings.TrimSpace(e.Title); title != "" && title != s.Title {
		s.Title = title
		say("now called %q", title)
	}
	if e.Description != nil && *e.Description != s.Description {
		s.Description = *e.Description
		say("description written")
	}
	if e.Conference != nil && *e.Conference != s.Conference {
		s.Conference = *e.Conference
		say("%s", conferenceSaid(s.Conference))
	}
	if e.DetectedBy != "" && e.DetectedBy != s.DetectedBy {
		s.DetectedBy = e.DetectedBy
		say("detected by %s", e.DetectedBy)
	}
	for _, name := range e.AddServices {
		if !slices.Contains(s.Impacted(), name) {
			s.Services = append(s.Services, name)
			say("impacts %s", name)
		}
	}
	for _, name := range e.RemoveServices {
		if slices.Contains(s.Impacted(), name) {
			s.Services = slices.DeleteFunc(s.Impacted(), func(n string) bool { return n == name })
			if s.Service == name {
				s.Service = ""
			}
			say("does not impact %s", name)
		}
	}
	for _, tag := range e.AddTags {
		if !slices.Contains(s.Tags, tag) {
			s.Tags = append(s.Tags, tag)
			say("tag %s", tag)
		}
	}
	for _, tag := range e.RemoveTags {
		if k := slices.Index(s.Tags, tag); k >= 0 {
			s.Tags = slices.Delete(s.Tags, k, k+1)
			say("no tag %s", tag)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Properties)) {
		value := e.Properties[name]
		switch was, there := s.Properties[name]; {
		case value == "" && there:
			delete(s.Properties, name)
			say("no %s", name)
		case value != "" && value != was:
			if s.Properties == nil {
				s.Properties = map[string]string{}
			}
			s.Properties[name] = value
			say("%s is %s", name, value)
		}
	}
	s.updateLinks(e, say)
	if len(said) > 0 {
		s.did(a, env, "updated", strings.Join(said, "; "))
	}
	return nil
}

func (s *State) updateLinks(e Edit, say func(string, ...any)) {
	at := func(href string) int { return slices.IndexFunc(s.Links, func(l Link) bool { return l.Href == href }) }
	for _, href := range e.RemoveLinks {
		if k := at(href); k >= 0 {
			s.Links = slices.Delete(s.Links, k, k+1)
			say("link %s removed", href)
		}
	}
	for _, l := range e.AddLinks {
		switch k := at(l.Href); {
		case k < 0:
			s.Links = append(s.Links, l)
			say("link %s: %s", l.Text, l.Href)
		case s.Links[k].Text != l.Text:
			s.Links[k].Text = l.Text
			say("link %s: %s", l.Text, l.Href)
		}
	}
}

func (s *State) checkEdit(e Edit, env Env) error {
	switch {
	case len(e.Title) > maxTitle:
		return &Refused{fmt.Sprintf("A title holds %d bytes at most, this one has %d.", maxTitle, len(e.Title))}
	case e.Description != nil && len(*e.Description) > maxDescription:
		return &Refused{fmt.Sprintf("A description holds %d bytes at most, this one has %d.", maxDescription, len(*e.Description))}
	case len(s.Services)+len(e.AddServices) > maxServices:
		return &Refused{fmt.Sprintf("An incident impacts %d services at most.", maxServices)}
	case len(s.Tags)+len(e.AddTags) > maxTags:
		return &Refused{fmt.Sprintf("An incident has %d tags at most.", maxTags)}
	case len(s.Properties)+len(e.Properties) > maxProperties:
		return &Refused{fmt.Sprintf("An incident has %d properties at most.", maxProperties)}
	case len(s.Links)+len(e.AddLinks) > maxLinks:
		return &Refused{fmt.Sprintf("An incident has %d links at most.", maxLinks)}
	}
	if e.Conference != nil && *e.Conference != "" {
		if err := (Link{Text: "conference", Href: *e.Conference}).check(); err != nil {
			return err
		}
	}
	if err := e.DetectedBy.check(); err != nil {
		return err
	}
	for _, name := range e.AddServices {
		if _, ok := env.Dir.Services[name]; !ok {
			return &Refused{fmt.Sprintf("There is no service %q.", name)}
		}
	}
	for _, tag := range e.AddTags {
		if strings.TrimSpace(tag) == "" || len(tag) > maxTag {
			return &Refused{fmt.Sprintf("A tag has 1 to %d bytes.", maxTag)}
		}
	}
	for name, value := range e.Properties {
		if strings.TrimSpace(name) == "" || len(name) > maxProperty || len(value) > maxProperty {
			return &Refused{fmt.Sprintf("A property has a name, and %d bytes of name and of value at most.", maxProperty)}
		}
	}
	for _, l := range e.AddLinks {
		if err := l.check(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses what would not be a link, or would run something when it is followed.
func (l Link) check() error {
	u, err := url.Parse(l.Href)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(l.Href) > maxHref:
		return &Refused{fmt.Sprintf("%q is not a link: write an absolute http or https URL of %d bytes at most.", clip(l.Href), maxHref)}
	case strings.TrimSpace(l.Text) == "" || len(l.Text) > maxTitle:
		return &Refused{fmt.Sprintf("A link needs a text of %d bytes at most.", maxTitle)}
	}
	return nil
}

func clip(s string) string { return s[:min(len(s), 80)] }
