package rules

import "strings"

// hints say what to do about what expr says, by a part of its words. The first that is found counts.
var hints = [...]struct{ part, hint string }{
	{"time.Time is not callable", "now and starts_at are fields: write them without ()"},
	{`unexpected token Operator("=")`, "compare with =="},
	{"unexpected token EOF", "something is missing at the end"},
	{"in (mismatched types string and string)", `for a text write title contains "…"`},
	{"(mismatched types []string and string)", `for a list write "…" in tags, or any(tags, # contains "…")`},
	{"(mismatched types map[string]string and string)", `name the label: labels.severity == "…"`},
	{"(mismatched types string and int)", numberOrText}, {"(mismatched types int and string)", numberOrText},
	{"(mismatched types string and float64)", numberOrText}, {"(mismatched types float64 and string)", numberOrText},
}

const numberOrText = "a text stands in quotes and a number does not; string(…), int(…) and float(…) make one of the other"

// hintFor suggests what to write instead.
func hintFor(message string) string {
	for _, h := range hints {
		if strings.Contains(message, h.part) {
			return h.hint
		}
	}
	for _, few := range [...]string{"not enough arguments to call ", "too many arguments to call "} {
		if name, ok := strings.CutPrefix(message, few); ok {
			return example(name)
		}
	}
	return ""
}
