package deployment

import "strings"

// words are what names of environments say about what they are for. An earlier one counts before a later one:
// pre-production is not production.
var words = [...]struct {
	word string
	tier Tier
}{
	{"preprod", Staging}, {"pre-prod", Staging}, {"pre_prod", Staging}, {"nonprod", Staging}, {"non-prod", Staging}, {"staging", Staging}, {"stage", Staging}, {"stg", Staging}, {"uat", Staging},
	{"test", Testing}, {"qa", Testing},
	{"dev", Development}, {"review", Development}, {"preview", Development}, {"local", Development}, {"sandbox", Development},
	{"prod", Production}, {"prd", Production}, {"live", Production},
}

// TierOf is what an environment is for, as far as its name says: prod-eu is of production. It is "" where the name says
// nothing.
func TierOf(environment string) Tier {
	name := strings.ToLower(environment)
	for _, w := range words {
		for at, rest := 0, name; ; {
			i := strings.Index(rest, w.word)
			if i < 0 {
				break
			}
			at += i
			if begins(name, at) {
				return w.tier
			}
			at += len(w.word)
			rest = name[at:]
		}
	}
	return ""
}

// begins reports whether a word of a name begins there: "latest" is no test, and "delivery" nothing live.
func begins(name string, at int) bool {
	return at == 0 || name[at-1] < 'a' || name[at-1] > 'z'
}

// ValidTier reports whether a tier is one.
func ValidTier(t Tier) bool {
	for _, known := range Tiers {
		if t == known {
			return true
		}
	}
	return false
}
