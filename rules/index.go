package rules

import "slices"

// index finds the rules of a list that can match an event. A rule is listed under
// one property of events, or a few, that each event has for which the rule's condition
// is true or fails; a rule for which there is none is always tried. All lists
// are in the order of the rules.
type index struct {
	always []int32
	fields [textFields]*valueIndex // nil where no rule is found by it
	labels map[string]*valueIndex  // by the label's name
	tags   map[string][]int32
}

// valueIndex lists rules by the value of one subject.
type valueIndex struct {
	present  []int32
	equal    map[string][]int32
	prefixes *prefixes
}

func newIndex(list []rule) *index {
	w := make(weights)
	for i := range list {
		if when := list[i].when; when != nil {
			w.count(when.term)
		}
	}
	x := &index{labels: make(map[string]*valueIndex), tags: make(map[string][]int32)}
	for i := range list {
		keys, ok := []key(nil), false
		if when := list[i].when; when != nil {
			keys, ok = w.necessary(when.term)
		}
		if !ok {
			x.always = append(x.always, int32(i))
		}
		for _, k := range keys {
			x.put(k, int32(i))
		}
	}
	for _, values := range x.fields {
		values.sort()
	}
	for _, values := range x.labels {
		values.sort()
	}
	return x
}

// put lists a rule under a key. Rules are put in their order.
func (x *index) put(k key, at int32) {
	if k.kind == ofTag {
		x.tags[k.value] = appendOnce(x.tags[k.value], at)
		return
	}
	values := x.fields[k.field]
	if k.kind == ofLabel {
		values = x.labels[k.name]
	}
	if values == nil {
		values = &valueIndex{equal: make(map[string][]int32), prefixes: &prefixes{rules: make(map[string][]int32)}}
		if k.kind == ofLabel {
			x.labels[k.name] = values
		} else {
			x.fields[k.field] = values
		}
	}
	switch k.how {
	case equals:
		values.equal[k.value] = appendOnce(values.equal[k.value], at)
	case begins:
		values.prefixes.rules[k.value] = appendOnce(values.prefixes.rules[k.value], at)
	case present:
		values.present = appendOnce(values.present, at)
	}
}

func appendOnce(list []int32, at int32) []int32 {
	if len(list) > 0 && list[len(list)-1] == at {
		return list
	}
	return append(list, at)
}

// find adds to s the rules that can match what v shows.
func (x *index) find(v *view, s *search) {
	s.add(x.always)
	for field, values := range x.fields {
		values.find(v.text[field], s)
	}
	if len(x.labels) < len(v.labels) {
		for name, values := range x.labels {
			if value, there := v.labels[name]; there {
				values.find(value, s)
			}
		}
	} else {
		for name, value := range v.labels {
			x.labels[name].find(value, s)
		}
	}
	if len(x.tags) > 0 {
		for _, tag := range v.tags {
			s.add(x.tags[tag])
		}
	}
}

// find adds the rules for a subject that is there and has the value.
func (x *valueIndex) find(value string, s *search) {
	if x == nil {
		return
	}
	s.add(x.present)
	s.add(x.equal[value])
	x.prefixes.find(value, s)
}

func (x *valueIndex) sort() {
	if x != nil {
		x.prefixes.sort()
	}
}

// prefixes lists rules by the beginning of a value.
type prefixes struct {
	rules  map[string][]int32
	sorted []string
	parent []int // of each in sorted, the longest other that it begins with; -1 if none
}

func (p *prefixes) sort() {
	for prefix := range p.rules {
		p.sorted = append(p.sorted, prefix)
	}
	slices.Sort(p.sorted)
	p.parent = make([]int, len(p.sorted))
	for i, prefix := range p.sorted {
		p.parent[i] = p.longest(i-1, prefix)
	}
}

// find adds the rules of each prefix that the value begins with.
func (p *prefixes) find(value string, s *search) {
	if len(p.sorted) == 0 {
		return
	}
	at, exact := slices.BinarySearch(p.sorted, value)
	if !exact {
		at--
	}
	for i := p.longest(at, value); i >= 0; i = p.parent[i] {
		s.add(p.rules[p.sorted[i]])
	}
}

// longest goes from the last prefix that sorts up to value to the longest that
// value begins with: whatever sorts between that one and value begins with it as
// well, so it is among the parents.
func (p *prefixes) longest(last int, value string) int {
	for last >= 0 && !hasPrefix(value, p.sorted[last]) {
		last = p.parent[last]
	}
	return last
}

func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && s[:len(prefix)] == prefix
}
