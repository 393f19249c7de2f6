package incident

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// fill writes the title and the text that an update has not got yet, by the templates of its audience. What the
// configuration has none for takes the standard words: those for the public give away no name of ours but services.
func (s *State) fill(u *StatusUpdate, aud *directory.Audience, env Env) error {
	incident, update := s.Facts(env.Now), updateFacts(*u, env)
	if aud.Public {
		incident.Services = env.Dir.StatusPage.PublicNames(incident.Services)
		incident.Service = ""
		if names := env.Dir.StatusPage.PublicNames([]string{s.Service}); len(names) > 0 {
			incident.Service = names[0]
		}
	}
	if u.Title == "" {
		text, err := filled(aud.Title, incident, update)
		if err != nil {
			return &Refused{fmt.Sprintf("The title for %s cannot be filled in: %v. Give one.", aud.Name, err)}
		}
		if text = oneLine(text); text == "" {
			text = standardTitle(aud, incident)
		}
		u.Title = whole(text, maxTitle)
	}
	if u.Text == "" {
		text, err := filled(aud.Templates[string(u.Phase)], incident, update)
		if err != nil {
			return &Refused{fmt.Sprintf("The template %s for %s cannot be filled in: %v. Give a text.", u.Phase, aud.Name, err)}
		}
		if text = strings.TrimSpace(text); text == "" {
			text = standardText(aud, incident, update)
		}
		u.Text = whole(text, maxUpdateText)
	}
	return nil
}

func filled(words directory.Words, incident directory.IncidentFacts, update directory.UpdateFacts) (string, error) {
	if words == nil {
		return "", nil
	}
	return words(incident, update)
}

func standardTitle(aud *directory.Audience, incident directory.IncidentFacts) string {
	switch {
	case !aud.Public:
		return incident.Title
	case len(incident.Services) > 0:
		return "Problem with " + strings.Join(incident.Services, ", ")
	}
	return "Problem with our service"
}

func standardText(aud *directory.Audience, incident directory.IncidentFacts, update directory.UpdateFacts) string {
	text := standardTexts[Phase(update.Phase)]
	if !aud.Public && Phase(update.Phase) == Investigating {
		text = incident.Title + ": " + text
	}
	if update.Next != "" {
		text += " The next update follows by " + update.Next + "."
	}
	return text
}

var standardTexts = map[Phase]string{
	Investigating:   "We are looking into it.",
	Identified:      "The cause is known, and we are working on it.",
	Monitoring:      "It is mended as far as we know; we are watching it.",
	PhaseOfResolved: "It is resolved.",
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// whole cuts a text to so many bytes, without half a character at its end.
func whole(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
