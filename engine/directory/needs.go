package directory

// Need is a service that others depend on, and by which way.
type Need struct {
	Service string
	Path    []string // from the service that was asked for to this one, both named
}

// Far is over how many dependencies it is needed: 0 for a service that was asked for.
func (n Need) Far() int { return len(n.Path) - 1 }

// maxNeeds is how many services one answer has, the nearest first.
const maxNeeds = 500

// Needs are services and everything that they depend on, directly or over others: the nearest first, each once, by a
// shortest way.
func (d *Directory) Needs(services []string) []Need {
	var list []Need
	seen := map[string]bool{}
	add := func(name string, before []string) {
		if !seen[name] && len(list) < maxNeeds {
			seen[name] = true
			list = append(list, Need{name, append(before[:len(before):len(before)], name)})
		}
	}
	for _, name := range services {
		add(name, nil)
	}
	for i := 0; i < len(list); i++ {
		for _, on := range d.Services[list[i].Service].DependsOn {
			add(on, list[i].Path)
		}
	}
	return list
}
