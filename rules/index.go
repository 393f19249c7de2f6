package rules

// index finds the rules of a list that can match an event. A rule is listed under
// one property of events, or a few, that each event has for which the rule's condition
// is true or fails; a rule for which there is none is always tried. All lists
// are in the order of the rules.
type index struct {
	always []int32
	fields [textFields]*valueIndex // nil where no rule is found by it
	labels map[string]*valueIndex  // by the label's name
	tags   *valueIndex             // of any tag
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
	x := &index{labels: make(map[string]*valueIndex)}
	for i := range list {
		keys, ok := []key(nil), false
		if when := list[i].when; when != nil {
			keys, ok = w.necessary(when.term, 0)
		}
		if !ok {
			x.always = append(x.always, int32(i))
		}
		for _, k := range keys {
			x.put(k, int32(i))
		}
	}
	x.tags.sort()
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
	values := x.of(k.subject)
	switch k.how {
	case equals:
		values.equal[k.value] = appendOnce(values.equal[k.value], at)
	case begins:
		values.prefixes.rules[k.value] = appendOnce(values.prefixes.rules[k.value], at)
	case present:
		values.present = appendOnce(values.present, at)
	}
}

// of gives the lists by the values of a subject.
func (x *index) of(s subject) *valueIndex {
	if s.kind == ofLabel {
		if x.labels[s.name] == nil {
			x.labels[s.name] = newValueIndex()
		}
		return x.labels[s.name]
	}
	values := &x.tags
	if s.kind == ofField {
		values = &x.fields[s.field]
	}
	if *values == nil {
		*values = newValueIndex()
	}
	return *values
}

func newValueIndex() *valueIndex {
	return &valueIndex{equal: make(map[string][]int32), prefixes: &prefixes{rules: make(map[string][]int32)}}
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
	if x.tags != nil {
		for _, tag := range v.tags {
			x.tags.find(tag, s)
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
