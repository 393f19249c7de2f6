package rules

// trace writes down how a rule was tried.
func (e *evaluator) trace(r *rule, matched bool, err error) {
	t := Tried{Path: r.path, Name: r.Name, When: r.When, Matched: matched}
	if matched {
		t.To, t.Continue = r.To, r.Continue
		if r.Set != nil {
			t.Set = e.given
		}
	}
	if err != nil {
		t.Error = reason(err)
	}
	*e.tried = append(*e.tried, t)
}
