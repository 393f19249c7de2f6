// Package topology is the graph of services and what they depend on: which are related, and how they are drawn with what
// is alerting now. It is pure: whoever asks brings the services and their states. It must not decide anything about
// alerts; what waits for what is package directory's.
package topology

import (
	"cmp"
	"slices"
)

// Service is one node.
type Service struct {
	Name      string
	Team      string
	DependsOn []string // names that are not in the graph are ignored
	State     State
}

// State is what is going on at a service.
type State struct {
	Open      int      // alerts that nobody has acknowledged, snoozed ones too
	Acked     int      // alerts that somebody has
	Priority  string   // the worst of them, P1 to P5
	Incidents []string // active ones that it is impacted by
}

// Quiet reports whether nothing is going on.
func (s State) Quiet() bool { return s.Open == 0 && s.Acked == 0 && len(s.Incidents) == 0 }

// Related is a service that another one depends on, or that depends on it.
type Related struct {
	Name string
	Path []string // from the one asked for to this one, both included; one of the shortest
}

// Steps is how far away it is: 1 for a direct dependency.
func (r Related) Steps() int { return len(r.Path) - 1 }

// Graph is services by name. Make one with New.
type Graph struct {
	services []Service // by name
	down     map[string][]string
	up       map[string][]string
}

// New makes a graph. The services must not depend on themselves over others: the configuration refuses that.
func New(services []Service) *Graph {
	g := &Graph{services: slices.Clone(services), down: map[string][]string{}, up: map[string][]string{}}
	slices.SortFunc(g.services, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	for _, s := range g.services {
		for _, on := range slices.Compact(slices.Sorted(slices.Values(s.DependsOn))) {
			if _, there := g.Service(on); there {
				g.down[s.Name] = append(g.down[s.Name], on)
				g.up[on] = append(g.up[on], s.Name)
			}
		}
	}
	return g
}

// Services are all of them, by name.
func (g *Graph) Services() []Service { return g.services }

// Service finds one.
func (g *Graph) Service(name string) (Service, bool) {
	i, ok := slices.BinarySearchFunc(g.services, name, func(s Service, name string) int { return cmp.Compare(s.Name, name) })
	if !ok {
		return Service{}, false
	}
	return g.services[i], true
}

// Dependencies are the services that one needs, over others too, the nearest first.
func (g *Graph) Dependencies(name string) []Related { return walk(name, g.down) }

// Dependents are the services that need one, over others too, the nearest first: who may be harmed by it.
func (g *Graph) Dependents(name string) []Related { return walk(name, g.up) }

// Harmed are the quiet services with a dependency at which something is going on.
func (g *Graph) Harmed() map[string]bool {
	harmed := map[string]bool{}
	for _, s := range g.services {
		if s.State.Quiet() {
			continue
		}
		for _, r := range g.Dependents(s.Name) {
			if at, _ := g.Service(r.Name); at.State.Quiet() {
				harmed[r.Name] = true
			}
		}
	}
	return harmed
}

// Around is the part of the graph that is related to a service.
func (g *Graph) Around(name string) *Graph {
	var part []Service
	if s, ok := g.Service(name); ok {
		part = append(part, s)
	}
	for _, r := range append(g.Dependencies(name), g.Dependents(name)...) {
		s, _ := g.Service(r.Name)
		part = append(part, s)
	}
	return New(part)
}

// walk goes to everything that can be reached, breadth first.
func walk(from string, next map[string][]string) (found []Related) {
	paths := map[string][]string{from: {from}}
	for frontier := []string{from}; len(frontier) > 0; {
		var further []string
		for _, at := range frontier {
			for _, to := range next[at] {
				if _, seen := paths[to]; seen {
					continue
				}
				paths[to] = append(slices.Clone(paths[at]), to)
				found = append(found, Related{Name: to, Path: paths[to]})
				further = append(further, to)
			}
		}
		frontier = further
	}
	return found
}
