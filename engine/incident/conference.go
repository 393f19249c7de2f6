package incident

import "fmt"

// meet gives a new incident the link under which people meet, as the configuration says.
func (s *State) meet(env Env) {
	link := env.Dir.Incident.Conference
	if link == nil {
		return
	}
	href, err := link(s.Facts(env.Now))
	if err == nil {
		err = Link{Text: "conference", Href: href}.check()
	}
	if err != nil {
		s.note(env, "conference", "", fmt.Sprintf("there is no conference link: incident.conference gives none: %v", err))
		return
	}
	s.Conference = href
	s.note(env, "conference", "", conferenceSaid(href))
}

func conferenceSaid(href string) string {
	if href == "" {
		return "no conference any more"
	}
	return "conference: " + href
}
