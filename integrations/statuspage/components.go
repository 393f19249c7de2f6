package statuspage

import (
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// The states of a component, from the best to the worst.
var order = []string{operational, maintained, "degraded_performance", "partial_outage", "major_outage"}

const (
	operational = "operational"
	maintained  = "under_maintenance"
	resolved    = "resolved"
)

// impacts are what the worst state of a component makes of an incident.
var impacts = map[string]string{
	operational: "none", "degraded_performance": "minor", "partial_outage": "major", "major_outage": "critical",
}

// wanted are the states that the publication itself asks for: none once it is resolved.
func wanted(p incident.Publication) map[string]string {
	if p.Phase == resolved {
		return nil
	}
	return p.Components
}

// states are the states that components are set to: those that the publication asks for, and operational for those that
// its incident harmed before; but never better than another unresolved incident wants it.
func states(p incident.Publication, was *theirs, open []theirs) map[string]string {
	set := map[string]string{}
	if was != nil {
		for _, c := range was.Components {
			set[c.ID] = operational
		}
	}
	for id, state := range p.Components {
		if set[id] = state; p.Phase == resolved {
			set[id] = operational
		}
	}
	for _, other := range open {
		if was != nil && other.ID == was.ID {
			continue
		}
		for id, state := range other.wants() {
			if mine, ok := set[id]; ok {
				set[id] = worse(mine, state)
			}
		}
	}
	if was != nil {
		for _, c := range was.Components {
			if c.Status == maintained && set[c.ID] == operational {
				delete(set, c.ID) // a maintenance there is in progress
			}
		}
	}
	return set
}

func worse(a, b string) string {
	if slices.Index(order, a) >= slices.Index(order, b) {
		return a
	}
	return b
}

// impact is that of the incident: the worst of its components. It stays when it is resolved, and is Statuspage's own to
// work out when no component is known.
func impact(p incident.Publication) string {
	worst := ""
	for _, state := range wanted(p) {
		worst = worse(state, worst)
	}
	return impacts[worst]
}
