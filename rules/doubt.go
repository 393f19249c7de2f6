package rules

// What a failed expression means. Its rule could have been the one that pages the right people, or the one that
// says that nobody is; there is no telling. So what comes after it may page, and may not silence:
//
//   - Where the condition of a rule that decides fails, the search ends and the fallback is paged; within a
//     team, its default policy where it has one.
//   - A rule that continues only changes the event. Where its condition fails it changes nothing, and where a
//     template of its set fails that value stays; the search goes on.
//   - From then on the event is in doubt: a later rule that says nobody gives it to the fallback, and suppress and
//     require are not heeded. What was decided before the failure stands.
//
// Without a fallback there is nothing safer than the rules that are left, and they count.

// failed says where an event goes whose rule could not be decided, and whether the search ends with that.
func (e *evaluator) failed(r *rule, instead string) (dest destination, ends bool) {
	e.doubt = true
	if r.Continue || instead == "" {
		return destination{}, false
	}
	e.decidedBy(r.label() + " (failed)")
	return destination{kind: toFallback}, true
}

// silences says whether the rule may keep an event from paging anybody, and notes where it may not.
func (e *evaluator) silences(r *rule, what, instead string) bool {
	if !e.doubt || instead == "" {
		return true
	}
	e.note(r.path + ": " + what + " is not heeded, since a rule before it failed")
	return false
}
