package maintenance

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/rules"
)

// Match says which alerts are meant: those of which everything that is given is true.
type Match struct {
	When        string            `json:"when,omitempty"` // a condition, as those of rules; it sees what rules have set
	Service     string            `json:"service,omitempty"`
	Team        string            `json:"team,omitempty"`
	Integration string            `json:"integration,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
}

// Condition is all of it as one condition; "" where nothing is given.
func (m Match) Condition() string {
	var parts []string
	equal := func(field, value string) {
		if value != "" {
			parts = append(parts, field+" == "+strconv.Quote(value))
		}
	}
	equal("service", m.Service)
	equal("team", m.Team)
	equal("integration", m.Integration)
	for _, name := range slices.Sorted(maps.Keys(m.Labels)) {
		parts = append(parts, fmt.Sprintf("labels[%s] == %s", strconv.Quote(name), strconv.Quote(m.Labels[name])))
	}
	switch when := strings.TrimSpace(m.When); {
	case when != "" && len(parts) > 0:
		parts = append(parts, "("+when+")")
	case when != "":
		parts = append(parts, when)
	}
	return strings.Join(parts, " and ")
}

// Compile makes a condition of it. The paths of problems are its keys.
func (m Match) Compile(language *rules.Router) (*rules.Condition, []rules.Problem) {
	source := m.Condition()
	if source == "" {
		return nil, []rules.Problem{{Path: "when", Offset: -1, Message: "which alerts are meant is not said",
			Hint: "give when, service, team, integration or labels; when: true means all alerts"}}
	}
	if strings.TrimSpace(m.When) != "" && source != m.When { // by itself, so that places in it are right
		if _, problems := language.Condition("when", m.When); len(problems) > 0 {
			return nil, problems
		}
	}
	return language.Condition("when", source)
}
