package topology

import (
	"cmp"
	"slices"
)

// place is where a service, or the bend of a long line, is drawn: layers from the top, what is needed below what needs it.
type place struct {
	name  string // empty for a bend
	layer int
	x     float64 // of its middle, in widths of a box
	up    []int   // the places it is joined to in the layer above
	down  []int
}

// layout is where everything is drawn, and the places that each line passes.
type layout struct {
	places []place
	layers [][]int // the places of each layer, from the left
	lines  [][]int
}

const (
	sweeps    = 12  // of the search for few crossings
	bendWidth = 0.3 // of a box
)

// lay puts every service one layer below the lowest that needs it, orders each layer by where its neighbours are, and then
// moves places under the middle of them.
func lay(g *Graph, layer map[string]int) *layout {
	l := &layout{}
	at := map[string]int{}
	for _, s := range g.services {
		at[s.Name] = l.add(s.Name, layer[s.Name])
	}
	for _, s := range g.services {
		for _, on := range g.down[s.Name] {
			line := []int{at[s.Name]}
			for n := layer[s.Name] + 1; n < layer[on]; n++ {
				line = append(line, l.add("", n))
			}
			line = append(line, at[on])
			for i := range line[1:] {
				from, to := line[i], line[i+1]
				l.places[from].down = append(l.places[from].down, to)
				l.places[to].up = append(l.places[to].up, from)
			}
			l.lines = append(l.lines, line)
		}
	}
	for n := range l.layers {
		l.spread(n)
	}
	for n := range sweeps {
		l.sweep(n%2 == 0, true)
	}
	for n := range sweeps {
		l.sweep(n%2 == 0, false)
	}
	return l
}

// weigh counts the lines, and the pieces of which everything is drawn.
func weigh(g *Graph, layer map[string]int) (lines, pieces int) {
	pieces = len(g.services)
	for name, down := range g.down {
		for _, on := range down {
			lines++
			pieces += layer[on] - layer[name]
		}
	}
	return lines, pieces
}

func (l *layout) add(name string, layer int) int {
	for len(l.layers) <= layer {
		l.layers = append(l.layers, nil)
	}
	l.places = append(l.places, place{name: name, layer: layer})
	n := len(l.places) - 1
	l.layers[layer] = append(l.layers[layer], n)
	return n
}

// layersOf is how deep each service is below those that nobody needs. What is alone is at the top.
func layersOf(g *Graph) map[string]int {
	layer := map[string]int{}
	var deepen func(name string, n int)
	deepen = func(name string, n int) {
		if was, seen := layer[name]; seen && was >= n || n > len(g.services) {
			return
		}
		layer[name] = n
		for _, on := range g.down[name] {
			deepen(on, n+1)
		}
	}
	for _, s := range g.services {
		if len(g.up[s.Name]) == 0 {
			deepen(s.Name, 0)
		}
	}
	for _, s := range g.services {
		deepen(s.Name, 0)
	}
	return layer
}

// spread sets the places of a layer side by side around the middle.
func (l *layout) spread(layer int) {
	x := 0.0
	for _, n := range l.layers[layer] {
		x += l.width(n) / 2
		l.places[n].x = x
		x += l.width(n) / 2
	}
	for _, n := range l.layers[layer] {
		l.places[n].x -= x / 2
	}
}

func (l *layout) width(n int) float64 {
	if l.places[n].name == "" {
		return bendWidth
	}
	return 1
}

// sweep goes through the layers, downwards or upwards, and moves each place to the middle of its neighbours in the layer
// before. With order, that decides who is left of whom; without, all stay in their order.
func (l *layout) sweep(downwards, order bool) {
	for i := range l.layers {
		layer := i
		if !downwards {
			layer = len(l.layers) - 1 - i
		}
		want := map[int]float64{}
		for _, n := range l.layers[layer] {
			near := l.places[n].up
			if !downwards {
				near = l.places[n].down
			}
			want[n] = l.places[n].x
			if len(near) > 0 {
				sum := 0.0
				for _, m := range near {
					sum += l.places[m].x
				}
				want[n] = sum / float64(len(near))
			}
		}
		if order {
			slices.SortStableFunc(l.layers[layer], func(a, b int) int { return cmp.Compare(want[a], want[b]) })
			l.spread(layer)
			continue
		}
		l.settle(layer, want)
	}
}

// settle moves the places of a layer to where they want to be, as near as those beside them let them: what would overlap
// becomes a block, which stands at the mean of what its places want.
func (l *layout) settle(layer int, want map[int]float64) {
	type block struct {
		first, last int
		at, width   float64 // of the left edge
		sum         float64 // of what its places want the left edge to be
	}
	places := l.layers[layer]
	var blocks []block
	for i, n := range places {
		w := l.width(n)
		b := block{first: i, last: i, at: want[n] - w/2, width: w, sum: want[n] - w/2}
		for len(blocks) > 0 {
			before := blocks[len(blocks)-1]
			if before.at+before.width <= b.at {
				break
			}
			count := float64(b.last - b.first + 1)
			b = block{first: before.first, last: b.last, width: before.width + b.width, sum: before.sum + b.sum - count*before.width}
			b.at = b.sum / float64(b.last-b.first+1)
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	for _, b := range blocks {
		x := b.at
		for _, n := range places[b.first : b.last+1] {
			l.places[n].x = x + l.width(n)/2
			x += l.width(n)
		}
	}
}
