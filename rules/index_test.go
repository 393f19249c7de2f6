package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is not seen in any decision: that rules are left out, and which.
func TestByWhatARuleIsFound(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		``:                                          "always",
		`labels.service == "a"`:                     `service="a"`,
		`"a" == labels["service"]`:                  `service="a"`,
		`labels.service == ""`:                      "always",
		`labels.service != "a"`:                     "always",
		`title == ""`:                               `.title=""`,
		`priority in ["P1", "P2"]`:                  `.priority="P1" .priority="P2"`,
		`labels.region in short`:                    `region="eu" region="us"`,
		`labels.region in long`:                     "always",
		`service startsWith "check"`:                `.service^"check"`,
		`source matches "^db-[0-9]+"`:               `.source^"db-"`,
		`source matches "db-[0-9]+"`:                "always",
		`glob(source, "db-*")`:                      `.source^"db-"`,
		`glob(source, "db-1")`:                      `.source="db-1"`,
		`glob(source, "*-1")`:                       "always",
		`"a" in tags`:                               `#="a"`,
		`any(tags, # startsWith "team:")`:           `#^"team:"`,
		`"runbook" in labels`:                       `runbook`,
		`false`:                                     "never",
		`details.n > 5`:                             "always",
		`details.n > 5 and labels.a == "x"`:         "always", // it fails without that detail
		`labels.a == "x" and details.n > 5`:         `a="x"`,
		`details.kind == "db" and labels.a == "x"`:  `a="x"`,
		`not during("nights") and labels.a == "x"`:  `a="x"`,
		`labels.a == "x" or "b" in tags`:            `#="b" a="x"`,
		`labels.a == "x" or details.n > 5`:          "always",
		`labels.a == "x" ? labels.b == "y" : false`: `b="y"`,
		`(labels.a == "x" or labels.a == "y") and labels.b == "z"`:   `b="z"`,
		`labels.common == "c" and labels.rare == "r"`:                `rare="r"`,
		`labels.rare startsWith "r" and labels.common == "c"`:        `common="c"`, // few rules have it here
		`not (labels.a == "x")`:                                      "always",
		`lower(labels.a) == "x" and labels.b == "y"`:                 `b="y"`,
		`trim(labels.a) == "x" and labels.b == "y"`:                  "always", // whatever the machine has to say may fail
		`labels.a == "x" and (title contains "t" or labels.b != "")`: `a="x"`,
	} {
		long := make([]string, maxKeys+1)
		for i := range long {
			long[i] = fmt.Sprint(i)
		}
		router, problems := Compile(Spec{
			Rules: []Rule{{When: when}, {When: `labels.common == "c"`}, {When: `labels.common == "c"`}},
			Lists: map[string]List{"short": {Values: []string{"eu", "us"}}, "long": {Values: long}},
			Windows: []Window{
				{Name: "nights", From: "22:00", To: "06:00"},
			},
		})
		if len(problems) > 0 {
			t.Errorf("%s: %v", when, problems)
			continue
		}
		if got := foundBy(router.rules.index, 0); got != want {
			t.Errorf("%s: found by %s, want %s", when, got, want)
		}
	}
}

// foundBy lists what the index has a rule under.
func foundBy(x *index, rule int32) string {
	if slices.Contains(x.always, rule) {
		return "always"
	}
	var by []string
	under := func(subject string, values *valueIndex) {
		if values == nil {
			return
		}
		if slices.Contains(values.present, rule) {
			by = append(by, subject)
		}
		for value, list := range values.equal {
			if slices.Contains(list, rule) {
				by = append(by, fmt.Sprintf("%s=%q", subject, value))
			}
		}
		for value, list := range values.prefixes.rules {
			if slices.Contains(list, rule) {
				by = append(by, fmt.Sprintf("%s^%q", subject, value))
			}
		}
	}
	under("#", x.tags)
	for field, values := range x.fields {
		under("."+textFieldNames[field], values)
	}
	for name, values := range x.labels {
		under(name, values)
	}
	if len(by) == 0 {
		return "never"
	}
	slices.Sort(by)
	return strings.Join(by, " ")
}

func TestADecisionAllocatesNothingButItself(t *testing.T) {
	spec := Spec{Fallback: "everyone"}
	for i := range 1000 {
		spec.Rules = append(spec.Rules, Rule{When: fmt.Sprintf(`labels.service == "service-%d"`, i), To: "policy:p"}, Rule{When: `labels.env != "prod"`})
	}
	router, problems := Compile(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	ev, now := Event{Labels: map[string]string{"service": "service-999", "env": "prod"}}, time.Unix(1_773_144_000, 0)
	e := newEvaluator(router)
	if allocated := testing.AllocsPerRun(100, func() {
		e.begin(ev, now, nil)
		if to := e.firstMatch(router.rules, spec.Fallback); to.name != "p" {
			t.Errorf("got policy %q", to.name)
		}
		e.finish()
	}); allocated > 0 {
		t.Errorf("a decision makes %.1f allocations, want none", allocated)
	}
}
