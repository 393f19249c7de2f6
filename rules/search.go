package rules

import "slices"

// search goes through the rules that are to be tried on an event, in their
// order. It merges lists of the index, taking no more of them than is asked for.
type search struct {
	index *index
	lists [][]int32 // a heap by their first element; none is empty
	last  int32     // the rule that next gave; -1 before the first
	end   int32     // the number of rules
}

// start begins with those of n rules that the index finds for v.
func (s *search) start(x *index, n int, v *view) {
	s.index, s.last, s.end = x, -1, int32(n)
	s.again(v)
}

// all begins with all of n rules.
func (s *search) all(n int) {
	s.index, s.last, s.end = nil, -1, int32(n)
}

// again looks up what can match now that v has changed, after the rule that
// next gave last.
func (s *search) again(v *view) {
	if len(v.tags) > manyTags { // loops over them can fail, also where no tag would match
		s.index = nil
	}
	if s.index == nil {
		return
	}
	s.lists = s.lists[:0]
	s.index.find(v, s)
}

// forget lets go of the index.
func (s *search) forget() {
	s.index = nil
	clear(s.lists[:cap(s.lists)])
}

// next gives the place of the next rule; -1 if there are no more.
func (s *search) next() int {
	if s.index == nil {
		if s.last++; s.last < s.end {
			return int(s.last)
		}
		return -1
	}
	if len(s.lists) == 0 {
		return -1
	}
	s.last = s.lists[0][0]
	for len(s.lists) > 0 && s.lists[0][0] == s.last { // a rule can be in several lists
		s.advance()
	}
	return int(s.last)
}

// add takes what is after last out of a list.
func (s *search) add(list []int32) {
	if s.last >= 0 {
		from, _ := slices.BinarySearch(list, s.last+1)
		list = list[from:]
	}
	if len(list) == 0 {
		return
	}
	s.lists = append(s.lists, list)
	for i := len(s.lists) - 1; i > 0; { // up the heap
		parent := (i - 1) / 2
		if s.lists[parent][0] <= s.lists[i][0] {
			return
		}
		s.lists[parent], s.lists[i] = s.lists[i], s.lists[parent]
		i = parent
	}
}

// advance goes on in the first list, and puts it where it then belongs.
func (s *search) advance() {
	if s.lists[0] = s.lists[0][1:]; len(s.lists[0]) == 0 {
		last := len(s.lists) - 1
		s.lists[0] = s.lists[last]
		s.lists = s.lists[:last]
	}
	for i := 0; ; { // down the heap
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(s.lists); child++ {
			if s.lists[child][0] < s.lists[least][0] {
				least = child
			}
		}
		if least == i {
			return
		}
		s.lists[i], s.lists[least] = s.lists[least], s.lists[i]
		i = least
	}
}
