package topology_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/topology"
)

// shop is two front ends over what a shop needs.
func shop() []topology.Service {
	return []topology.Service{
		{Name: "web", DependsOn: []string{"checkout", "login"}},
		{Name: "app", DependsOn: []string{"checkout", "gone"}},
		{Name: "checkout", DependsOn: []string{"ledger", "login"}},
		{Name: "login", DependsOn: []string{"db"}},
		{Name: "ledger", DependsOn: []string{"db"}, State: topology.State{Open: 2, Acked: 1, Priority: "P1", Incidents: []string{"INC-7"}}},
		{Name: "db"},
	}
}

func draw(t interface {
	Helper()
	Fatal(...any)
}, services []topology.Service, title string) string {
	t.Helper()
	svg, err := topology.SVG(topology.New(services), title)
	if err != nil {
		t.Fatal(err)
	}
	return svg
}

func names(list []topology.Related) (out []string) {
	for _, r := range list {
		out = append(out, strings.Join(r.Path, ">"))
	}
	return out
}

func TestWhatIsRelatedComesNearestFirstWithTheWayThere(t *testing.T) {
	t.Parallel()
	g := topology.New(shop())
	if got, want := names(g.Dependencies("web")), []string{"web>checkout", "web>login", "web>checkout>ledger", "web>login>db"}; !slices.Equal(got, want) {
		t.Errorf("web depends on %q, want %q", got, want)
	}
	if got, want := names(g.Dependents("ledger")), []string{"ledger>checkout", "ledger>checkout>app", "ledger>checkout>web"}; !slices.Equal(got, want) {
		t.Errorf("%q depend on the ledger, want %q", got, want)
	}
}

func TestWhoNeedsWhatIsAlertingMayBeHarmed(t *testing.T) {
	t.Parallel()
	harmed := topology.New(shop()).Harmed()
	for _, name := range []string{"app", "web", "checkout"} {
		if !harmed[name] {
			t.Errorf("%s needs the ledger", name)
		}
	}
	if len(harmed) != 3 {
		t.Errorf("harmed are %v; login, db and the ledger itself are not", harmed)
	}
}

func TestThePartAroundAServiceIsWhatIsRelatedToIt(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range topology.New(shop()).Around("login").Services() {
		got = append(got, s.Name)
	}
	if want := []string{"app", "checkout", "db", "login", "web"}; !slices.Equal(got, want) {
		t.Errorf("around login are %q, want %q: the ledger is not related", got, want)
	}
}

func TestAPictureSaysWhatIsGoingOnInWordsAndNotOnlyInColours(t *testing.T) {
	t.Parallel()
	services := shop()
	services[0].Name = `<b onclick="x">`
	svg := draw(t, services, "Ours & theirs")
	for _, want := range []string{">INC-7 · P1 · 3 alerts, 1 acked<", ">may be harmed<", "Ours &amp; theirs", "<title>checkout depends on ledger</title>", "Something is going on at ledger"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	if strings.Contains(svg, "<b ") {
		t.Error("a name is markup")
	}
	if svg != draw(t, backwards(services), "Ours & theirs") {
		t.Error("the picture depends on the order in which the services are given")
	}
}

func TestAServiceIsDrawnAsTheWorstThatIsGoingOnThere(t *testing.T) {
	t.Parallel()
	for want, st := range map[string]topology.State{
		`"service quiet"`: {}, `"service acked"`: {Acked: 1, Priority: "P1"}, `"service low"`: {Open: 1, Priority: "P3"},
		`"service high"`: {Open: 1, Priority: "P2"}, `"service high"><title>db: INC-7`: {Acked: 1, Priority: "P4", Incidents: []string{"INC-7"}},
	} {
		svg := draw(t, []topology.Service{{Name: "db", State: st}}, "one")
		if box, _, _ := strings.Cut(svg, "P1, P2 or an incident"); strings.Count(box, want) < 1 || !strings.Contains(svg[strings.Index(svg, "<title>db")-60:], want) {
			t.Errorf("%+v is not drawn as %s:\n%s", st, want, svg)
		}
	}
}

func backwards(services []topology.Service) []topology.Service {
	other := slices.Clone(services)
	slices.Reverse(other)
	return other
}

// box is where a service is drawn.
type box struct{ x, y, width, height float64 }

func boxes(t rapid.TB, svg string) (out []box) {
	for _, part := range strings.Split(svg, `<g class="service`)[1:] {
		if !strings.Contains(strings.SplitN(part, "</g>", 2)[0], "<title>") {
			continue // of the legend
		}
		var b box
		rect := part[strings.Index(part, "<rect"):]
		if _, err := fmt.Sscanf(rect, `<rect x="%f" y="%f" width="%f" height="%f"`, &b.x, &b.y, &b.width, &b.height); err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func TestWhateverDependsOnWhatNoBoxesOverlapAndDependenciesAreBelow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "services")
		var services []topology.Service
		for i := range n {
			s := topology.Service{Name: fmt.Sprintf("s%02d", i)}
			for j := i + 1; j < n; j++ {
				if rapid.IntRange(0, 5).Draw(t, "needs") == 0 {
					s.DependsOn = append(s.DependsOn, fmt.Sprintf("s%02d", j))
				}
			}
			services = append(services, s)
		}
		drawn := boxes(t, draw(t, services, "all"))
		if len(drawn) != n {
			t.Fatalf("%d of %d services are drawn", len(drawn), n)
		}
		for i, s := range services {
			for _, on := range s.DependsOn {
				var j int
				fmt.Sscanf(on, "s%d", &j)
				if drawn[j].y <= drawn[i].y {
					t.Errorf("%s is not below %s", on, s.Name)
				}
			}
			for j := range i {
				a, b := drawn[i], drawn[j]
				if a.y == b.y && a.x < b.x+b.width-0.2 && b.x < a.x+a.width-0.2 {
					t.Errorf("%s and %s overlap: %+v %+v", s.Name, services[j].Name, a, b)
				}
			}
		}
	})
}

func TestWhatWouldTakeMinutesToDrawIsRefused(t *testing.T) {
	t.Parallel()
	// grown are services of which each needs some of those before it.
	grown := func(n int, needs func(i int) []int) (list []topology.Service) {
		for i := range n {
			s := topology.Service{Name: fmt.Sprintf("s%03d", i)}
			for _, on := range needs(i) {
				s.DependsOn = append(s.DependsOn, fmt.Sprintf("s%03d", on))
			}
			list = append(list, s)
		}
		return list
	}
	five := func(i int) (on []int) { // of ten layers
		for k := range min(5, i/30*30) {
			on = append(on, (i*7+k*11)%(i/30*30))
		}
		return on
	}
	all := func(i int) (on []int) {
		for k := range i {
			on = append(on, k)
		}
		return on
	}
	draw(t, grown(topology.Most, five), "a large company")
	for name, services := range map[string][]topology.Service{"everything needs everything": grown(topology.Most, all), "too many": grown(topology.Most+1, five)} {
		var much *topology.TooMuch
		if _, err := topology.SVG(topology.New(services), name); !errors.As(err, &much) || much.Services != len(services) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
