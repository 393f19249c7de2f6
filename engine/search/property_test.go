package search_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// vocabulary has words that no stemming changes, so that a slow scan need know nothing of it.
var vocabulary = []string{"disk", "pool", "db", "apac", "slow", "rollback", "k8s", "dns", "42", "tls"}

// kept is a record as the slow scan sees it.
type kept struct {
	version uint64
	lines   []string
	tags    []string
}

// has is a slow scan for words that follow each other in one line.
func (k kept) has(phrase string) bool {
	return slices.ContainsFunc(k.lines, func(line string) bool { return strings.Contains(" "+line+" ", " "+phrase+" ") })
}

func TestTheIndexAgreesWithASlowScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		index, err := search.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = index.Close() }()
		var ids []store.ID
		for range 6 {
			ids = append(ids, store.NewID(store.KindIncident, incident.Shard))
		}
		word := rapid.SampledFrom(vocabulary)
		line := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(word, 1, 6).Draw(t, "words"), " ")
		})
		model := map[store.ID]kept{}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				k := kept{model[id].version + 1, rapid.SliceOfN(line, 1, 4).Draw(t, "lines"), rapid.SliceOfN(word, 0, 2).Draw(t, "tags")}
				s := &incident.State{ID: id, Title: k.lines[0], Tags: k.tags, OpenedAt: monday}
				for _, text := range k.lines[1:] {
					s.Timeline = append(s.Timeline, incident.Entry{Text: text})
				}
				if err := index.Put(search.OfIncident(s, k.version)); err != nil {
					t.Fatal(err)
				}
				model[id] = k
			},
			"remove": func(t *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				if err := index.Remove(id); err != nil {
					t.Fatal(err)
				}
				delete(model, id)
			},
			"": func(t *rapid.T) {
				all := []string{line.Draw(t, "phrase"), word.Draw(t, "word")}
				not, tag := word.Draw(t, "not"), word.Draw(t, "tag")
				query := `"` + all[0] + `" ` + all[1]
				without, tagged := rapid.Bool().Draw(t, "without"), rapid.Bool().Draw(t, "tagged")
				if without {
					query += " -" + not
				}
				if tagged {
					query += " tag:" + tag
				}
				q, err := search.Parse(query)
				if err != nil {
					t.Fatal(err)
				}
				hits, total, err := index.Find(t.Context(), search.Wish{Query: q, Limit: 100})
				if err != nil {
					t.Fatal(err)
				}
				var got, want []store.ID
				for _, h := range hits {
					got = append(got, h.ID)
				}
				for id, k := range model {
					if k.has(all[0]) && k.has(all[1]) && !(without && k.has(not)) && (!tagged || slices.Contains(k.tags, tag)) {
						want = append(want, id)
					}
				}
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) || total != len(want) || index.Len() != len(model) {
					t.Fatalf("%s: %v (%d), want %v", query, got, total, want)
				}
			},
		})
	})
}
