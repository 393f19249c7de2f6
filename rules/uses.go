package rules

// Uses are the names that the rules of a Spec use.
type Uses struct {
	Windows, Lists, Calendars map[string]bool
}

func newUses() Uses {
	return Uses{Windows: map[string]bool{}, Lists: map[string]bool{}, Calendars: map[string]bool{}}
}

// Uses says which names the rules use: what is not among them might as well not be there.
func (r *Router) Uses() Uses { return r.uses }
