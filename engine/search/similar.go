package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kljensen/snowball/english"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	maxTerms  = 60  // words of an incident that count for its likeness: the rarest
	maxFacets = 100 // services, tags and labels that do
	maxShown  = 8   // words that are given as a reason
	LeastLike = 0.2 // what is less alike is not listed
)

// aspect is what incidents are compared by, and how much of the likeness it is when all are known.
type aspect struct {
	what   string
	weight float64
}

const words = "words"

var aspects = [...]aspect{{service, 0.35}, {label, 0.2}, {tag, 0.15}, {words, 0.3}}

// Like is an incident that is like another one.
type Like struct {
	ID    store.ID
	Score float64 // from 0 to 1
	Why   []Reason
}

// Reason is what two incidents have in common.
type Reason struct {
	What   string // service, label, tag, words
	Shared []string
	Score  float64 // how much of the likeness it makes
}

// feature is one thing by which a likeness is measured.
type feature struct {
	aspect int
	shown  string
	stem   string  // of a word
	weight float64 // how rare it is
	in     []int64 // the records that have it
}

// Similar returns the incidents that are like one, the most alike first, the newest of equals first; the one itself is
// not among them. Likeness is how much of what is known of the incident (its services, the labels and tags of its
// alerts, the words of its title, description and alerts) another one has, too. Labels, tags and words count by how rare
// they are: ln(1 + N/n), where n of all N other incidents have them. An aspect of which nothing is known of the incident
// does not count.
func (x *Index) Similar(ctx context.Context, d Doc, limit int) ([]Like, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	likes, err := x.similar(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("the search index: %w", err)
	}
	return likes[:min(limit, len(likes))], nil
}

func (x *Index) similar(ctx context.Context, d Doc) ([]Like, error) {
	others := map[int64]other{}
	err := all(ctx, x.db, "SELECT n, id, number FROM record WHERE kind = ? AND id <> ?", []any{Incident, d.ID}, func(scan func(...any) error) error {
		var n int64
		var o other
		if err := scan(&n, &o.id, &o.number); err != nil {
			return err
		}
		others[n] = o
		return nil
	})
	if err != nil || len(others) == 0 {
		return nil, err
	}
	features := featuresOf(d)
	for i := range features {
		if err := x.holders(ctx, &features[i], others); err != nil {
			return nil, err
		}
	}
	return rank(rarest(features), others), nil
}

// other is an incident that may be alike.
type other struct {
	id     store.ID
	number uint64
}

// featuresOf is what an incident is compared by.
func featuresOf(d Doc) (list []feature) {
	for a, aspect := range aspects {
		for _, f := range d.Facets {
			if f.What == aspect.what && len(list) < maxFacets {
				list = append(list, feature{aspect: a, shown: f.Value})
			}
		}
	}
	seen := map[string]bool{}
	for _, p := range d.Passages {
		if p.In != Title && p.In != About || p.Where == "name" {
			continue
		}
		for _, w := range wordsOf(p.Text) {
			if text := strings.ToLower(p.Text[w.from:w.to]); !seen[w.stem] && len(w.stem) > 1 && !english.IsStopWord(text) && len(seen) < 10*maxTerms {
				seen[w.stem] = true
				list = append(list, feature{aspect: len(aspects) - 1, shown: text, stem: w.stem})
			}
		}
	}
	return list
}

// holders finds which others have a feature, and so how rare it is.
func (x *Index) holders(ctx context.Context, f *feature, others map[int64]other) error {
	query, args := "SELECT n FROM facet WHERE what = ? AND value = ?", []any{aspects[f.aspect].what, f.shown}
	if f.stem != "" {
		query, args = "SELECT rowid FROM words WHERE words MATCH ?", []any{fmt.Sprintf(`{%s %s} : "%s"`, columns[Title].name, columns[About].name, f.stem)}
	}
	err := all(ctx, x.db, query, args, func(scan func(...any) error) error {
		var n int64
		if err := scan(&n); err != nil {
			return err
		}
		if _, ok := others[n]; ok {
			f.in = append(f.in, n)
		}
		return nil
	})
	f.weight = 1
	if aspects[f.aspect].what != service {
		f.weight = math.Log1p(float64(len(others)) / float64(max(1, len(f.in))))
	}
	return err
}

// rarest leaves out the words that are many: of very long descriptions only the rarest count.
func rarest(features []feature) []feature {
	first := slices.IndexFunc(features, func(f feature) bool { return f.stem != "" })
	if first < 0 || len(features)-first <= maxTerms {
		return features
	}
	slices.SortStableFunc(features[first:], func(a, b feature) int { return cmp.Compare(b.weight, a.weight) })
	return features[:first+maxTerms]
}

// rank scores the others.
func rank(features []feature, others map[int64]other) (likes []Like) {
	var known [len(aspects)]float64 // how much is known of the incident, by aspect
	shared := map[int64][]int{}     // the features of others
	for i, f := range features {
		known[f.aspect] += f.weight
		for _, n := range f.in {
			shared[n] = append(shared[n], i)
		}
	}
	whole := 0.0
	for a, aspect := range aspects {
		if known[a] > 0 {
			whole += aspect.weight
		}
	}
	for n, list := range shared {
		l := Like{ID: others[n].id}
		for a, aspect := range aspects {
			r := reason(features, list, a)
			if len(r.Shared) == 0 {
				continue
			}
			r.Score *= aspect.weight / known[a] / whole
			l.Score += r.Score
			l.Why = append(l.Why, r)
		}
		if l.Score >= LeastLike {
			likes = append(likes, l)
		}
	}
	number := map[store.ID]uint64{}
	for _, o := range others {
		number[o.id] = o.number
	}
	slices.SortFunc(likes, func(a, b Like) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(number[b.ID], number[a.ID]))
	})
	return likes
}

// reason is what another one shares by one aspect, the rarest first.
func reason(features []feature, list []int, aspect int) Reason {
	r := Reason{What: aspects[aspect].what}
	var of []feature
	for _, i := range list {
		if features[i].aspect == aspect {
			of = append(of, features[i])
			r.Score += features[i].weight
		}
	}
	slices.SortStableFunc(of, func(a, b feature) int { return cmp.Compare(b.weight, a.weight) })
	for _, f := range of[:min(len(of), maxShown)] {
		r.Shared = append(r.Shared, f.shown)
	}
	return r
}
