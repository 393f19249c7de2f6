package rules

import "github.com/tocsin-oncall/tocsin/rules/budget"

// matchGlob says whether the whole text is as the pattern says: * is any number of characters, ? is one. It spends
// work for every step, since many stars over a long text are many.
func matchGlob(pattern, text []rune, w *budget.Work) (bool, error) {
	p, t, star, resume := 0, 0, -1, 0
	for t < len(text) {
		if err := w.Spend(1); err != nil {
			return false, err
		}
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0: // the star takes one character more
			resume++
			p, t = star+1, resume
		default:
			return false, nil
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern), nil
}

func glob(args ...any) (any, error) {
	w := args[0].(*budget.Work)
	text, err := textArgument("glob", args[1])
	if err != nil {
		return nil, err
	}
	pattern, err := textArgument("glob", args[2])
	if err != nil {
		return nil, err
	}
	return matchGlob([]rune(pattern), []rune(text), w)
}
